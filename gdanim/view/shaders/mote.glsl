// A crowd's balls, a few pixels each, as points: balls with a shadow around them, or discs on the floor.
#ifdef VERTEX
uniform mat4 u_matrix;
uniform vec3 u_eye;
uniform float u_per_unit;   // pixels of one world unit at distance 1
uniform float u_radius;     // world
uniform float u_least;      // smallest radius in pixels
uniform float u_reach;      // of what is drawn, in radii
uniform float u_opacity;
uniform float u_floor;      // 1: on the floor
uniform float u_floor_height;
in vec3 in_centre;          // world
in vec3 in_contact;         // world
in vec4 in_color;
flat out vec4 v_color;
flat out float v_pixels;    // radius in pixels
flat out float v_side;      // of the square, in radii
void main() {
    vec3 to_eye = normalize(u_eye - in_centre);
    // Nearer by a radius, so that no slope cuts it; on the far side of the surface it stays behind that.
    float nearer = u_radius * step(0.0, dot(in_centre - in_contact, to_eye));
    vec3 at = u_floor > 0.5 ? vec3(in_contact.xy, u_floor_height) : in_centre + nearer * to_eye;
    vec4 clip = u_matrix * vec4(at, 1.0);
    v_color = vec4(in_color.rgb, in_color.a * u_opacity);
    v_pixels = max(u_radius * u_per_unit / clip.w, u_least);
    v_side = u_reach + 0.5 / v_pixels;  // half a pixel of antialiasing
    gl_PointSize = 2.0 * v_pixels * v_side;
    gl_Position = v_color.a > 0.003 ? clip : vec4(2.0, 2.0, 2.0, 1.0);
}
#else
uniform vec3 u_light;       // direction in view space
uniform float u_floor;
uniform float u_reach;
uniform float u_shadow;     // opacity of the shadow
uniform float u_squash;     // how much flatter than a circle what lies on the floor is seen
flat in vec4 v_color;
flat in float v_pixels;
flat in float v_side;
out vec4 f_color;
void main() {
    vec2 corner = (2.0 * gl_PointCoord - 1.0) * v_side;
    if (u_floor > 0.5) corner.y *= u_squash;
    float r2 = dot(corner, corner);
    float r = sqrt(r2);
    float coverage = clamp((1.0 - r) * v_pixels + 0.5, 0.0, 1.0);
    if (u_floor > 0.5) {
        f_color = vec4(v_color.rgb, v_color.a * coverage);
        return;
    }
    float shadow = u_shadow * max(u_reach - r, 0.0) * (1.0 - coverage);
    float alpha = coverage + shadow;
    if (alpha < 0.004) discard;
    vec3 normal = vec3(corner, sqrt(max(1.0 - r2, 0.0)));
    float diffuse = max(dot(normal, u_light), 0.0);
    float gloss = diffuse * diffuse;
    gloss *= gloss;
    gloss *= gloss;
    vec3 lit = sqrt(v_color.rgb * v_color.rgb * (0.30 + 0.95 * diffuse) + 0.4 * gloss * gloss);
    f_color = vec4(lit * (coverage / alpha), v_color.a * alpha);
}
#endif
