"""What the server says of itself: the API's description, and the page that shows it."""

import asyncio
from importlib import resources
from typing import Annotated, Final, Literal

from fastapi import FastAPI, Path
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, Response

PATH: Final = "/openapi.json"
_PAGE: Final = "/docs"
_FILES: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
"""Of Swagger UI, as a package brings them: the page works where there is no internet."""
_FileName = Annotated[
    Literal["swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"], Path(alias="name")
]


def add(app: FastAPI) -> None:
    """The description under /openapi.json and its page under /docs, open to all.

    It is made once, when it is first asked for, beside the loop: that takes most of a second. Only its bytes are
    kept; anybody may ask for them as often as they like.
    """
    told, making = b"", asyncio.Lock()

    @app.get(PATH, include_in_schema=False)
    async def description() -> Response:
        nonlocal told
        async with making:
            told = told or await asyncio.to_thread(_made, app)
        return Response(told, media_type="application/json")

    @app.get(_PAGE, include_in_schema=False)
    async def page() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=PATH,
            title=f"{app.title} API",
            swagger_js_url=f"{_PAGE}/swagger-ui-bundle.js",
            swagger_css_url=f"{_PAGE}/swagger-ui.css",
            swagger_favicon_url=f"{_PAGE}/favicon-32x32.png",
        )

    @app.get(f"{_PAGE}/{{name}}", include_in_schema=False)
    async def file(name: _FileName) -> Response:
        found = resources.files("fastapi_swagger") / "resources" / name
        return Response(await asyncio.to_thread(found.read_bytes), media_type=_FILES[name])


_WAYS_IN: Final[list[dict[str, list[str]]]] = [{"apiKey": [], "apiSecret": []}, {"bearer": []}]
"""The two headers go together, or there is a bearer key. FastAPI would tell each as a way of its own."""


def _made(app: FastAPI) -> bytes:
    told = app.openapi()
    for operations in told["paths"].values():
        for one in operations.values():
            if "security" in one:
                one["security"] = _WAYS_IN
    made = bytes(JSONResponse(told).body)
    app.openapi_schema = None
    return made
