"""The doors. Each reads the request, opens a transaction, calls one operation and answers.

`DOORS` is what `helpline.app` puts in place, in this order: what every answer needs, then one
module per audience. Each has `init_app(app)`.
"""

from collections.abc import Callable

from flask import Flask

from helpline.web import (
    account,
    assets,
    auth,
    components,
    coordination,
    demo,
    desk,
    errors,
    feeds,
    frame,
    health,
    language,
    public,
    sms,
    tabs,
)

DOORS: tuple[Callable[[Flask], None], ...] = (
    frame.init_app,
    errors.init_app,
    assets.init_app,
    language.init_app,
    auth.init_app,
    components.init_app,
    health.init_app,
    public.init_app,
    account.init_app,
    tabs.init_app,
    desk.init_app,
    coordination.init_app,
    sms.init_app,
    feeds.init_app,
    demo.init_app,
)
