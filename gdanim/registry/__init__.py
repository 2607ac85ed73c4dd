"""The registries of what a spec can name. The types of what they hold stand in the stub beside this file."""

from gdanim.registry.names import Registry, additions

functions = Registry("function", "gdanim.engine.functions")
gradients = Registry("gradient", "gdanim.engine.functions")
optimizers = Registry("optimizer", "gdanim.engine.optimizers")
schedules = Registry("schedule", "gdanim.engine.schedules")
formats = Registry("format", "gdanim.formats")

__all__ = ["Registry", "additions", "formats", "functions", "gradients", "optimizers", "schedules"]
