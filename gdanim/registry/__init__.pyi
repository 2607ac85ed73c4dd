from gdanim.engine.functions.known import KnownObjective, Slopes
from gdanim.engine.optimizers.base import Optimizer
from gdanim.engine.schedules.base import Schedule
from gdanim.formats.base import Format

from .names import Registry as Registry
from .names import additions as additions

formats: Registry[Format]
functions: Registry[KnownObjective]
gradients: Registry[Slopes]
optimizers: Registry[Optimizer]
schedules: Registry[Schedule]
