// Four-sided pieces of the area between two curves.
#ifdef VERTEX
uniform vec2 u_size;        // of the picture in pixels
in vec4 in_upper;           // left x, y, right x, y in pixels, y down
in vec4 in_lower;
in vec4 in_color;
out vec4 v_color;
void main() {
    vec4 edge = gl_VertexID % 4 / 2 == 0 ? in_upper : in_lower;
    v_color = in_color;
    gl_Position = vec4((gl_VertexID % 2 == 0 ? edge.xy : edge.zw) / u_size * 2.0 - 1.0, 0.0, 1.0);
}
#else
in vec4 v_color;
out vec4 f_color;
void main() {
    f_color = v_color;
}
#endif
