// Lines of constant width on the screen, antialiased by coverage: trails, axes and the outline that
// smooths the surface's silhouette. One instance is one segment and knows its neighbours for the joint.
#ifdef VERTEX
uniform mat4 u_matrix;
uniform vec2 u_size;        // of the picture in pixels
uniform float u_width;      // pixels
uniform float u_now;        // a trail exists up to this time
uniform vec2 u_fade;        // opacity of the oldest part, seconds of age in which it fades e-fold
uniform float u_floor;      // 1: laid flat on the floor
uniform float u_floor_height;
uniform float u_lift;       // towards the viewer, in depth
uniform float u_opacity;
uniform vec3 u_eye;
in vec3 in_before;
in vec3 in_from;
in vec3 in_to;
in vec3 in_after;
in vec2 in_times;
in vec4 in_color_from;
in vec4 in_color_to;
in vec3 in_normal;          // of the surface it lies on; 0: on none
out vec4 v_color;
out float v_distance;       // from the middle, in pixels

vec4 project(vec3 p) {
    return u_matrix * vec4(p.xy, mix(p.z, u_floor_height, u_floor), 1.0);
}
vec2 pixels(vec4 clip) {
    return clip.xy / clip.w * 0.5 * u_size;
}
vec2 direction(vec2 d) {
    float l = length(d);
    return l > 1e-4 ? d / l : vec2(0.0);
}
void main() {
    bool at_end = gl_VertexID % 4 >= 2;
    float side = (gl_VertexID % 2 == 0) ? 1.0 : -1.0;
    float cut = clamp((u_now - in_times.x) / max(in_times.y - in_times.x, 1e-6), 0.0, 1.0);
    vec3 to = mix(in_from, in_to, cut);
    vec4 clip_from = project(in_from);
    vec4 clip_to = project(to);
    vec2 a = pixels(clip_from);
    vec2 b = pixels(clip_to);
    vec2 along = direction(b - a);
    vec2 other = at_end ? (cut < 1.0 ? vec2(0.0) : direction(pixels(project(in_after)) - b))
                        : direction(a - pixels(project(in_before)));
    vec2 across = vec2(-along.y, along.x);
    vec2 joint = across;
    if (dot(other, along) > -0.2 && dot(other, other) > 0.5) {
        vec2 half_way = normalize(across + vec2(-other.y, other.x));
        joint = half_way / max(dot(half_way, across), 0.6);
    }
    float reach = 0.5 * u_width + 1.0;
    vec4 clip = at_end ? clip_to : clip_from;
    clip.xy += joint * side * reach / (0.5 * u_size) * clip.w;
    clip.z -= u_lift * clip.w;
    float age = max(u_now - (at_end ? mix(in_times.x, in_times.y, cut) : in_times.x), 0.0);
    v_color = at_end ? mix(in_color_from, in_color_to, cut) : in_color_from;
    v_color.a *= u_opacity * mix(u_fade.x, 1.0, exp(-age / u_fade.y));
    // Seen from below, one edge of a wide ribbon would come out in front of a steep surface.
    if (u_floor < 0.5 && dot(in_normal, in_normal) > 0.5)
        v_color.a *= smoothstep(0.0, 0.05, dot(in_normal, normalize(u_eye - in_from)));
    v_distance = side * reach;
    gl_Position = in_times.x >= u_now ? vec4(2.0, 2.0, 2.0, 1.0) : clip;
}
#else
uniform float u_width;
in vec4 v_color;
in float v_distance;
out vec4 f_color;
void main() {
    float coverage = clamp(0.5 * u_width + 0.5 - abs(v_distance), 0.0, 1.0);
    if (coverage * v_color.a < 0.004) discard;
    f_color = vec4(v_color.rgb, v_color.a * coverage);
}
#endif
