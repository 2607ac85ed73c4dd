"""The spec that ``gdanim new`` writes: short, complete, and explained."""

TEXT = """\
# {name}: a film of gradient descent.
#   gdanim check {name}.yaml      finds mistakes
#   gdanim render {name}.yaml     makes media/{name}.mp4

# What the balls roll down: a formula of x and y, or a name from `gdanim list functions`.
functions: ["x^2 + 10*y^2"]

# How they step: names from `gdanim list optimizers`; parameters stand beside the name.
optimizers:
  - sgd
  - {{name: sgd, momentum: 0.9, label: heavy ball}}

# How far they step: every optimizer runs at every rate.
learning_rates: [0.01, 0.05]

# Where they start: points, or {{grid: [8, 6]}}, {{random: 200, seed: 1}}, {{ring: 12, radius: 2}}.
starts: [[-2.6, 1.4]]

# All below is optional; these are the defaults.
# domain: {{x: [-3, 3], y: [-2, 2]}}   # what is shown; absent: found from starts and minima
# steps: 1000                        # at most, for each ball
# stop: {{gradient_norm: 1.0e-6}}      # at rest when the gradient is smaller
# pace: 1.5                          # steps per second at the start
# title: A ravine
# view: {{theme: dark, height: auto}}  # themes: gdanim list themes; height: auto, linear or log
# camera: {{azimuth: -60, elevation: 36, orbit: 1.2, zoom: 1}}
# video: {{quality: 720p30, aspect: "16:9"}}
# formats: [mp4]                     # and gif
"""
