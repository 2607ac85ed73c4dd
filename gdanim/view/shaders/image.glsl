// A rectangle of pixels: contour bands, maps.
#ifdef VERTEX
uniform vec2 u_size;        // of the picture in pixels
in vec4 in_place;           // left, top, right, bottom in pixels, y down
in float in_opacity;
out vec2 v_source;
out float v_opacity;
void main() {
    v_source = vec2(gl_VertexID % 2, gl_VertexID % 4 / 2);
    v_opacity = in_opacity;
    gl_Position = vec4(mix(in_place.xy, in_place.zw, v_source) / u_size * 2.0 - 1.0, 0.0, 1.0);
}
#else
uniform sampler2D u_image;
in vec2 v_source;
in float v_opacity;
out vec4 f_color;
void main() {
    vec4 color = texture(u_image, v_source);
    f_color = vec4(color.rgb, color.a * v_opacity);
}
#endif
