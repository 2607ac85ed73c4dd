// Text: rectangles cut from the atlas of rasterised glyphs, tinted.
#ifdef VERTEX
uniform vec2 u_size;        // of the picture in pixels
in vec4 in_place;           // left, top, width, height in pixels, y down
in vec4 in_source;          // the same in the atlas
in vec4 in_color;
in float in_depth;          // of the place it belongs to; -1: in front of everything
out vec2 v_source;
flat out vec4 v_color;
void main() {
    vec2 corner = vec2(gl_VertexID % 2, gl_VertexID % 4 / 2);
    v_source = in_source.xy + corner * in_source.zw;
    v_color = in_color;
    gl_Position = vec4((in_place.xy + corner * in_place.zw) / u_size * 2.0 - 1.0, in_depth, 1.0);
}
#else
uniform sampler2D u_atlas;
in vec2 v_source;
flat in vec4 v_color;
out vec4 f_color;
void main() {
    f_color = vec4(v_color.rgb, v_color.a * texture(u_atlas, v_source / vec2(textureSize(u_atlas, 0))).r);
}
#endif
