// The loss surface. Light that does not depend on the viewer is baked per vertex; gloss and rim are
// added per vertex here, and only the lines are worked out per pixel.
#ifdef VERTEX
uniform mat4 u_matrix;
uniform vec3 u_eye;
uniform vec3 u_light;
uniform vec2 u_gloss;      // strength, exponent
uniform float u_rim;
in vec4 in_position;       // world, w: opacity
in vec3 in_normal;
in vec3 in_color;          // baked light on the upper side, linear
in vec3 in_under;          // baked light on the underside, linear
in vec3 in_lines;          // mesh coordinates x and y, level coordinate
out vec4 v_upper;
out vec3 v_under;
out vec3 v_lines;
void main() {
    vec3 to_eye = normalize(u_eye - in_position.xyz);
    vec3 halfway = normalize(normalize(u_light) + to_eye);
    float gloss = u_gloss.x * pow(max(dot(in_normal, halfway), 0.0), u_gloss.y);
    gloss *= min(0.25 + 1.5 * max(in_color.r, max(in_color.g, in_color.b)), 1.0);  // dark valleys stay deep
    float rim = u_rim * pow(1.0 - abs(dot(in_normal, to_eye)), 3.0);
    vec3 upper = in_color + gloss + rim * vec3(0.55, 0.75, 1.0);
    v_upper = vec4(pow(upper, vec3(1.0 / 2.2)), in_position.w);
    v_under = pow(in_under + 0.3 * rim, vec3(1.0 / 2.2));
    v_lines = in_lines;
    gl_Position = u_matrix * vec4(in_position.xyz, 1.0);
}
#else
uniform vec3 u_mesh;       // opacity of mesh lines, of level lines, width in pixels
uniform vec3 u_line_color;
uniform sampler2D u_paint; // colours over the domain,
uniform vec2 u_across;     // the part of it that one mesh coordinate spans; 0: it is not painted
in vec4 v_upper;
in vec3 v_under;
in vec3 v_lines;
out vec4 f_color;
void main() {
    vec3 color = gl_FrontFacing ? v_upper.rgb : v_under;
    if (u_across.x > 0.0) color *= texture(u_paint, v_lines.xy * u_across + 0.5).rgb;
    // Distance to the nearest line in pixels; lines closer together than a few pixels fade away, and so do
    // those on a plateau, which would cover it.
    vec3 per_pixel = max(fwidth(v_lines), vec3(1e-6));
    vec3 distance = abs(fract(v_lines - 0.5) - 0.5) / per_pixel;
    vec3 line = clamp(u_mesh.z * 0.5 + 0.5 - distance, 0.0, 1.0) * clamp(0.36 / per_pixel - 1.0, 0.0, 1.0);
    line *= clamp(per_pixel / 2e-5 - 1.0, 0.0, 1.0);
    float ink = max(max(line.x, line.y) * u_mesh.x, line.z * u_mesh.y);
    color = mix(color, u_line_color, gl_FrontFacing ? ink : 0.5 * ink);
    f_color = vec4(color, v_upper.a);
}
#endif
