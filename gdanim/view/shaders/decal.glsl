// Discs and rings that lie on the surface or on the floor: contact shadows, marked minima, pulses.
#ifdef VERTEX
uniform mat4 u_matrix;
uniform sampler2D u_heights; // world height over the domain, one texel per grid vertex; far below: no surface
uniform vec2 u_extent;       // half-widths of the surface in the world
uniform float u_floor_height;
uniform int u_cells;         // of the grid across a disc
in vec4 in_place;            // world x, y, radius, 1: on the floor
in vec4 in_color;
in vec2 in_ring;             // inner radius as a share of the outer, softness
out vec2 v_corner;
out vec4 v_color;
out vec2 v_ring;
float height(vec2 world) {
    // Interpolated as the rasteriser does over the two triangles of a cell, so the disc clings.
    ivec2 last = textureSize(u_heights, 0) - 2;
    vec2 at = (world / u_extent * 0.5 + 0.5) * vec2(last + 1);
    ivec2 cell = clamp(ivec2(floor(at)), ivec2(0), last);
    vec2 f = at - vec2(cell);
    float h00 = texelFetch(u_heights, cell, 0).r;
    float h10 = texelFetch(u_heights, cell + ivec2(1, 0), 0).r;
    float h01 = texelFetch(u_heights, cell + ivec2(0, 1), 0).r;
    float h11 = texelFetch(u_heights, cell + ivec2(1, 1), 0).r;
    return f.x + f.y < 1.0 ? h00 + f.x * (h10 - h00) + f.y * (h01 - h00)
                           : h11 + (1.0 - f.x) * (h01 - h11) + (1.0 - f.y) * (h10 - h11);
}
void main() {
    int side = u_cells + 1, k = gl_VertexID % (side * side);
    vec2 corner = vec2(k % side, k / side) * 2.0 / float(u_cells) - 1.0;
    vec2 world = clamp(in_place.xy + corner * in_place.z, -u_extent, u_extent);
    bool on_floor = in_place.w > 0.5;
    float middle = on_floor ? u_floor_height : height(in_place.xy);
    float z = on_floor ? u_floor_height : height(world);
    v_corner = (world - in_place.xy) / in_place.z;
    v_color = in_color;
    v_ring = in_ring;
    if (z < -1.0) {  // a disc fades away towards where the surface ends; there is none about a place beyond
        z = middle;
        v_color.a = 0.0;
    }
    gl_Position = middle < -1.0 ? vec4(2.0, 2.0, 2.0, 1.0) : u_matrix * vec4(world, z, 1.0);
    gl_Position.z -= 1.2e-4 * gl_Position.w;
}
#else
in vec2 v_corner;
in vec4 v_color;
in vec2 v_ring;
out vec4 f_color;
void main() {
    float r = length(v_corner);
    float pixel = fwidth(r);
    float soft = max(v_ring.y, pixel);
    float alpha = clamp((1.0 - r) / soft, 0.0, 1.0);
    alpha *= v_ring.x > 0.0 ? clamp((r - v_ring.x) / soft + 0.5, 0.0, 1.0) : alpha;
    f_color = vec4(v_color.rgb, v_color.a * alpha);
}
#endif
