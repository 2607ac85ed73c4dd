// Straight strokes whose width may change from end to end: the shafts and heads of arrows.
#ifdef VERTEX
uniform vec2 u_size;        // of the picture in pixels
in vec4 in_ends;            // from x, y to x, y in pixels, y down
in vec2 in_widths;          // half the width at either end
in vec4 in_color;
out vec2 v_at;              // along, across
flat out vec3 v_form;       // length, half widths
out vec4 v_color;
void main() {
    vec2 way = in_ends.zw - in_ends.xy;
    float reach = max(length(way), 1e-3);
    vec2 along = way / reach;
    vec2 across = vec2(-along.y, along.x);
    vec2 corner = vec2(gl_VertexID % 2, gl_VertexID % 4 / 2);
    v_at = vec2(mix(-1.0, reach + 1.0, corner.x), (corner.y * 2.0 - 1.0) * (max(in_widths.x, in_widths.y) + 1.0));
    v_form = vec3(reach, in_widths);
    v_color = in_color;
    gl_Position = vec4((in_ends.xy + along * v_at.x + across * v_at.y) / u_size * 2.0 - 1.0, 0.0, 1.0);
}
#else
in vec2 v_at;
flat in vec3 v_form;
in vec4 v_color;
out vec4 f_color;
void main() {
    float slope = (v_form.z - v_form.y) / v_form.x;
    float side = (v_form.y + slope * v_at.x - abs(v_at.y)) / sqrt(1.0 + slope * slope);
    float inside = min(side, min(v_at.x, v_form.x - v_at.x));
    f_color = vec4(v_color.rgb, v_color.a * clamp(inside + 0.5, 0.0, 1.0));
}
#endif
