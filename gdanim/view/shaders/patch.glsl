// Flat four-sided pieces in the world, of one colour, in front of all that is drawn before them.
#ifdef VERTEX
uniform mat4 u_matrix;
in vec3 in_a;
in vec3 in_b;
in vec3 in_c;
in vec3 in_d;
in vec4 in_color;
out vec4 v_color;
void main() {
    int corner = gl_VertexID % 4;
    vec4 clip = u_matrix * vec4(corner == 0 ? in_a : corner == 1 ? in_b : corner == 2 ? in_c : in_d, 1.0);
    clip.z = -clip.w;
    v_color = in_color;
    gl_Position = clip;
}
#else
in vec4 v_color;
out vec4 f_color;
void main() {
    f_color = v_color;
}
#endif
