// Balls and iterate dots: one camera-facing square each, a sphere worked out per pixel.
#ifdef VERTEX
uniform mat4 u_view;
uniform mat4 u_projection;
uniform vec2 u_size;        // of the picture in pixels
uniform float u_now;
uniform float u_least;      // smallest radius in pixels
uniform float u_opacity;
uniform float u_flat;       // 1: dots, without gloss; 2: only a glow; 3: only the outline of what is hidden
in vec4 in_sphere;          // world centre, radius
in vec4 in_color;
in float in_time;           // it appears then
in vec4 in_spin;            // how far it has rolled, a quaternion
in float in_shell;          // so many times as large: a ring around others at its place
out vec2 v_corner;
out vec4 v_color;           // linear, but of a glow
out vec3 v_centre;          // in view space
out float v_radius;
out float v_pixels;         // radius in pixels
flat out vec4 v_spin;
flat out float v_shell;
void main() {
    vec2 corner = vec2(gl_VertexID % 2, gl_VertexID % 4 / 2) * 2.0 - 1.0;
    vec4 centre = u_view * vec4(in_sphere.xyz, 1.0);
    float per_unit = abs(u_projection[1][1]) * 0.5 * u_size.y / -centre.z;
    float radius = max(in_sphere.w, u_least / per_unit) * in_shell;
    v_pixels = radius * per_unit;
    v_corner = corner * (1.0 + 0.6 / v_pixels);  // half a pixel of antialiasing
    v_centre = centre.xyz;
    v_radius = radius;
    v_spin = in_spin;
    v_shell = in_shell;
    v_color = vec4(pow(in_color.rgb, vec3(u_flat > 1.5 ? 1.0 : 2.2)), in_color.a * u_opacity);
    centre.xy += v_corner * radius;
    gl_Position = (in_time >= u_now || v_color.a <= 0.0) ? vec4(2.0, 2.0, 2.0, 1.0) : u_projection * centre;
}
#else
uniform mat4 u_projection;
uniform mat4 u_view;
uniform vec3 u_light;       // direction in view space
uniform float u_flat;
in vec2 v_corner;
in vec4 v_color;
in vec3 v_centre;
in float v_radius;
in float v_pixels;
flat in vec4 v_spin;
flat in float v_shell;
out vec4 f_color;
void main() {
    float r = length(v_corner);
    if (u_flat > 1.5) gl_FragDepth = gl_FragCoord.z;
    if (u_flat == 2.0) {
        float halo = max(1.0 - r, 0.0);
        f_color = vec4(v_color.rgb, v_color.a * halo * halo);
        return;
    }
    float coverage = clamp((1.0 - r) * v_pixels + 0.5, 0.0, 1.0);
    if (coverage <= 0.0) discard;
    if (u_flat == 3.0) {
        float inner = clamp((r - 1.0) * v_pixels + 2.5, 0.0, 1.0);  // two pixels wide
        f_color = vec4(v_color.rgb, v_color.a * coverage * inner);
        return;
    }
    vec2 on_disc = v_corner / max(r, 1.0);
    vec3 normal = vec3(on_disc, sqrt(max(1.0 - dot(on_disc, on_disc), 0.0)));
    float depth = v_centre.z + v_radius * normal.z;
    // A ring is behind what it is around, yet before the ground that it lies on; a ball becomes one smoothly.
    float own = v_radius / v_shell;
    float ringed = clamp((v_shell - 1.0) / 0.15, 0.0, 1.0);
    depth = mix(depth, v_centre.z + (r * v_shell < 1.0 ? -0.05 : 0.6 / v_shell) * own, ringed);
    gl_FragDepth = 0.5 + 0.5 * (u_projection[2][2] * depth + u_projection[3][2]) / -depth;
    vec3 light = normalize(u_light);
    float diffuse = max(dot(normal, light), 0.0);
    float gloss = max(dot(normal, normalize(light + vec3(0.0, 0.0, 1.0))), 0.0);
    gloss *= gloss;  // powers by products: software drivers are slow at pow
    gloss *= gloss;
    gloss *= gloss;
    gloss *= gloss * gloss * gloss * gloss;
    float edge = 1.0 - normal.z;
    edge *= edge * edge;
    // A faint band around the ball, oblique to every way it may roll, shows that it does.
    vec3 n = transpose(mat3(u_view)) * normal;
    n += 2.0 * cross(v_spin.xyz, cross(v_spin.xyz, n) - v_spin.w * n);
    float band = 1.0 - smoothstep(0.0, 3.0 / v_pixels + 0.05, abs(dot(n, vec3(0.577))) - 0.2);
    vec3 base = v_color.rgb * (1.0 - 0.34 * (1.0 - u_flat) * band);
    vec3 lit = base * (0.30 + 0.95 * diffuse) + 0.55 * gloss + 0.10 * edge;
    lit = mix(lit, base, max(u_flat, 0.5 * ringed));
    lit *= 1.0 - 0.7 * (1.0 - u_flat) * clamp((r - 0.9) / 0.07, 0.0, 1.0);  // outlined
    f_color = vec4(pow(lit, vec3(1.0 / 2.2)), v_color.a * coverage);
}
#endif
