"""The recorded road for functions that have a straight adjoint as well, so that one may be compared with the other."""

from srcgrad import pipeline
from srcgrad.core.errors import Place, Refusal, Refused


def grad(function, argnums=0):
    """As `srcgrad.grad`, recorded."""
    recipe = pipeline.Recipe(function, argnums, False, False)

    def gradient(*args, **kwargs):
        values = recipe.parameters.bind(*args, **kwargs)
        recipe.check(values)
        return recipe.recorded(Refused([Refusal("the recorded road is wanted", Place("", 0))])).run(*values)

    return gradient
