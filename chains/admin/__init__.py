from chains.admin import (
    chain,
    channels,
    enrolment,
    experiment,
    incoming,
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
    "shop",
    "sign_up",
    "step",
    "survey",
    "template",
    "touch",
]
