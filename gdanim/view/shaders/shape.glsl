// Flat rectangles with rounded corners, filled or outlined: discs, rings, frames, bars, glows.
#ifdef VERTEX
uniform vec2 u_size;        // of the picture in pixels
in vec4 in_box;             // centre, half width and height in pixels, y down
in vec3 in_form;            // radius of the corners, width of the outline (0: filled), softness of the edge
in vec4 in_color;
out vec2 v_at;              // from the centre
flat out vec2 v_half;
flat out vec3 v_form;
out vec4 v_color;
void main() {
    vec2 corner = vec2(gl_VertexID % 2, gl_VertexID % 4 / 2) * 2.0 - 1.0;
    v_half = in_box.zw;
    v_form = in_form;
    v_color = in_color;
    v_at = corner * (in_box.zw + 0.5 * in_form.y + 1.0);
    gl_Position = vec4((in_box.xy + v_at) / u_size * 2.0 - 1.0, 0.0, 1.0);
}
#else
in vec2 v_at;
flat in vec2 v_half;
flat in vec3 v_form;
in vec4 v_color;
out vec4 f_color;
void main() {
    vec2 beyond = abs(v_at) - v_half + v_form.x;
    float outside = length(max(beyond, 0.0)) + min(max(beyond.x, beyond.y), 0.0) - v_form.x;
    if (v_form.y > 0.0) outside = abs(outside) - 0.5 * v_form.y;
    float coverage = clamp(0.5 - outside, 0.0, 1.0);
    if (v_form.z > 1.0) {
        coverage = clamp(-outside / v_form.z, 0.0, 1.0);
        coverage *= coverage;
    }
    f_color = vec4(v_color.rgb, v_color.a * coverage);
}
#endif
