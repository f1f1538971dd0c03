from chains.admin import (
    chain,
    channels,
    enrolment,
    experiment,
    incoming,
    own_page,
    shop,
    sign_up,
    step,
    survey,
    template,
    touch,
)

__all__ = [
    "chain",
    "channels",
    "enrolment",
    "experiment",
    "incoming",
    "own_page",
    "shop",
    "sign_up",
    "step",
    "survey",
    "template",
    "touch",
]
