"""The orbit that bench/render.py compares with, in plain manim: four spheres on a surface."""

import os

import numpy as np
from manim import DEGREES, ThreeDAxes, ThreeDScene, linear
from manim import config as manim_config

if manim_config.renderer == "opengl":
    from manim.mobject.opengl.opengl_three_dimensions import OpenGLSurface as Surface
else:
    from manim import Surface
from manim import Sphere, ValueTracker


class Orbit(ThreeDScene):
    """Four balls on x^2 + 10 y^2 under an orbiting camera."""

    def construct(self) -> None:
        def point(u: float, v: float) -> np.ndarray:
            return np.array([u, v, (u * u + 10 * v * v) / 49 * 2.5])

        self.set_camera_orientation(phi=55 * DEGREES, theta=-60 * DEGREES)
        surface = Surface(point, u_range=(-3, 3), v_range=(-2, 2), resolution=(32, 32))
        balls = [Sphere(radius=0.15, resolution=(12, 12)).move_to(point(x, 0.4)) for x in (-2, -1, 0, 1)]
        self.add(ThreeDAxes(), surface, *balls)
        clock = ValueTracker(0.0)
        for i, ball in enumerate(balls):
            ball.add_updater(lambda b, i=i: b.move_to(point(-2 + i, 0.4 * np.cos(3 * clock.get_value()))))
        self.begin_ambient_camera_rotation(rate=6 * DEGREES)
        self.play(clock.animate.set_value(1.0), run_time=float(os.environ["ORBIT"]), rate_func=linear)
