// Arrows: one quad each along the line from tail to head, the shape worked out per pixel. The shaft keeps its
// width on the screen and the head faces the viewer; where there is no room, both shrink.
#ifdef VERTEX
uniform mat4 u_matrix;
uniform vec3 u_eye;
uniform vec2 u_size;        // of the picture in pixels
uniform float u_width;      // of the shaft, pixels
uniform float u_contour;    // width of the contour, pixels
in vec3 in_tail;
in vec3 in_head;
in vec4 in_color;
out vec4 v_color;
noperspective out vec2 v_at; // along from the tail and across, in pixels
flat out vec3 v_shape;       // length, shaft width, contour, in pixels

const float LIFT = 0.025;    // world units towards the viewer, so that it lies on a surface, not in it
const float SHORT = 8.0;     // shaft widths: a shorter arrow shrinks

vec4 project(vec3 p) {
    vec4 clip = u_matrix * vec4(p, 1.0);
    vec4 nearer = u_matrix * vec4(p + LIFT * normalize(u_eye - p), 1.0);
    clip.z = nearer.z / nearer.w * clip.w;
    return clip;
}
void main() {
    vec4 clip_tail = project(in_tail);
    vec4 clip_head = project(in_head);
    vec2 way = (clip_head.xy / clip_head.w - clip_tail.xy / clip_tail.w) * 0.5 * u_size;
    float whole = length(way);
    vec2 along = whole > 1e-4 ? way / whole : vec2(0.0);
    float size = min(whole / (SHORT * u_width), 1.0);
    v_shape = vec3(whole, size * u_width, size * u_contour);
    vec2 margin = vec2(3.0 * v_shape.z + 1.0, 2.0 * v_shape.y + 3.0 * v_shape.z + 1.0);
    bool at_head = gl_VertexID % 4 >= 2;
    float side = gl_VertexID % 2 == 0 ? 1.0 : -1.0;
    v_at = vec2(at_head ? whole + margin.x : -margin.x, side * margin.y);
    v_color = in_color;
    vec4 clip = at_head ? clip_head : clip_tail;
    vec2 offset = along * (at_head ? margin.x : -margin.x) + side * margin.y * vec2(-along.y, along.x);
    clip.xy += offset / (0.5 * u_size) * clip.w;
    gl_Position = clip;
}
#else
in vec4 v_color;
noperspective in vec2 v_at;
flat in vec3 v_shape;
out vec4 f_color;

const vec2 HEAD = vec2(4.2, 1.8); // length and half width, in shaft widths

void main() {
    float width = v_shape.y;
    vec2 at = vec2(v_shape.x - v_at.x, abs(v_at.y)); // from the tip
    vec2 head = HEAD * width;
    float in_shaft = max(max(at.x - v_shape.x, head.x - 1.0 - at.x), at.y - 0.5 * width);
    float in_head = max(at.x - head.x, (head.x * at.y - head.y * at.x) / length(head));
    float outside = min(in_shaft, in_head);
    float coverage = clamp(v_shape.z + 0.5 - outside, 0.0, 1.0);
    if (coverage * v_color.a < 0.004) discard;
    float fill = clamp(0.5 - outside, 0.0, 1.0);
    f_color = vec4(v_color.rgb * mix(0.3, 1.0, fill), v_color.a * coverage);
}
#endif
