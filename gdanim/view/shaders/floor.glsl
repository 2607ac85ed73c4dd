// The floor below the surface: a grid at the ticks and the level lines of the loss.
#ifdef VERTEX
uniform mat4 u_matrix;
in vec3 in_position;
in vec2 in_grid;           // 0..1 over the domain
in vec2 in_ticks;          // tick coordinates x and y
out vec2 v_grid;
out vec2 v_ticks;
void main() {
    v_grid = in_grid;
    v_ticks = in_ticks;
    gl_Position = u_matrix * vec4(in_position, 1.0);
}
#else
uniform sampler2D u_levels; // level coordinate over the domain
uniform sampler2D u_paint;  // colours over the domain,
uniform vec2 u_painted;     // their opacity now, and when all of them is there; 0: it is not painted
uniform float u_reach;      // times the domain that the ground is drawn
uniform sampler2D u_shade;  // what the surface takes of the light, over all the ground
uniform float u_shadow;     // how dark that is
uniform vec3 u_color;
uniform vec3 u_opacity;     // of the plane, of the grid, of the level lines
in vec2 v_grid;
in vec2 v_ticks;
out vec4 f_color;
void main() {
    vec2 per_pixel = max(fwidth(v_ticks), vec2(1e-6));
    vec2 grid = clamp(1.0 - abs(fract(v_ticks - 0.5) - 0.5) / per_pixel, 0.0, 1.0);
    // Beyond the domain the ground fades out, and there are no levels.
    vec2 beyond = abs(v_grid - 0.5) * 2.0;
    float out_of = max(beyond.x, beyond.y);
    float near = 1.0 - smoothstep(1.0, u_reach, length(max(beyond, 1.0) - 1.0) + 1.0);
    float inside = step(out_of, 1.0);
    near *= mix(0.5, 1.0, inside);
    float line = 0.0;
    if (inside > 0.5) {
        float level = texture(u_levels, v_grid).r;
        float rate = max(fwidth(level), 1e-6);
        line = clamp(1.0 - abs(fract(level - 0.5) - 0.5) / rate, 0.0, 1.0) * clamp(0.4 / rate - 1.0, 0.0, 1.0);
        line *= clamp(rate / 2e-5 - 1.0, 0.0, 1.0);  // none on a plateau
    }
    float ink = near * max(u_opacity.x, max(max(grid.x, grid.y) * u_opacity.y, line * u_opacity.z));
    float shade = u_shadow * texture(u_shade, (v_grid - 0.5) / u_reach + 0.5).r;
    vec3 color = u_color;
    float covered = ink;
    if (u_painted.x > 0.0 && inside > 0.5) {
        vec3 whole = mix(texture(u_paint, v_grid).rgb, u_color, ink);
        color = mix(u_color, whole, u_painted.x / u_painted.y);
        covered = max(ink, u_painted.x);
    }
    // The shadow darkens what the ground adds and what is behind it alike.
    float alpha = covered + shade - covered * shade;
    f_color = vec4(color * covered * (1.0 - shade) / max(alpha, 1e-4), alpha);
}
#endif
