// Smooth edges of the surface: pixels along its silhouette and rim, which were drawn all or nothing, take
// their share of the colour across the edge. Where the edge is known, so is the coverage (geometric
// antialiasing: Persson 2011). One quad is one edge.
#ifdef VERTEX
uniform mat4 u_matrix;
uniform vec2 u_size;        // of the picture in pixels
in vec3 in_from;
in vec3 in_to;
in vec3 in_inside;          // a point on the surface beside the edge
flat out vec3 v_edge;       // outward normal; how far along it the edge is, in pixels

const float REACH = 0.75;   // pixels; half the diagonal of one, and a little
const float LIFT = 1e-3;    // towards the viewer, in depth: the surface may bulge before its silhouette

vec2 pixels(vec4 clip) {
    return (clip.xy / clip.w * 0.5 + 0.5) * u_size;
}
void main() {
    vec4 clip_from = u_matrix * vec4(in_from, 1.0);
    vec4 clip_to = u_matrix * vec4(in_to, 1.0);
    vec2 a = pixels(clip_from);
    vec2 b = pixels(clip_to);
    float whole = length(b - a);
    vec2 along = whole > 1e-4 ? (b - a) / whole : vec2(0.0);
    vec2 outward = vec2(-along.y, along.x);
    if (dot(pixels(u_matrix * vec4(in_inside, 1.0)) - a, outward) > 0.0) outward = -outward;
    v_edge = vec3(outward, dot(a, outward));
    bool at_end = gl_VertexID % 4 >= 2;
    float side = gl_VertexID % 2 == 0 ? 1.0 : -1.0;
    vec4 clip = at_end ? clip_to : clip_from;
    vec2 offset = REACH * side * outward + (at_end ? 0.25 : -0.25) * along;
    clip.xy += offset / (0.5 * u_size) * clip.w;
    clip.z -= LIFT * clip.w;
    gl_Position = clip;
}
#else
uniform sampler2D u_drawn;  // the picture so far
uniform float u_there;      // how much of the surface is there: 0 to 1
flat in vec3 v_edge;
out vec4 f_color;
void main() {
    float away = dot(gl_FragCoord.xy, v_edge.xy) - v_edge.z; // of the pixel's middle, outwards
    // The part of the pixel beyond the edge: a half-plane through a unit square.
    vec2 n = abs(v_edge.xy);
    float steep = max(n.x, n.y), shallow = min(n.x, n.y), d = abs(away);
    float corner = max(0.5 * (steep + shallow) - d, 0.0);
    float share = d < 0.5 * (steep - shallow) ? 0.5 - d / steep : corner * corner / max(2.0 * steep * shallow, 1e-6);
    if (share < 0.004) discard;
    ivec2 here = ivec2(gl_FragCoord.xy);
    ivec2 across = n.x > n.y ? ivec2(sign(v_edge.x), 0) : ivec2(0, sign(v_edge.y));
    ivec2 there = clamp(here + (away > 0.0 ? -across : across), ivec2(0), textureSize(u_drawn, 0) - 1);
    f_color = mix(texelFetch(u_drawn, here, 0), texelFetch(u_drawn, there, 0), share * u_there);
}
#endif
