"""The number, the account and media."""

from __future__ import annotations

from aiohttp import FormData

from tests.sandbox.harness import ANA, NUMBER, WABA, Client, code, read


async def test_the_number_tells_what_is_asked(client: Client) -> None:
    _, number = await client.call("GET", f"/v25.0/{NUMBER}")
    assert number["display_phone_number"] == "+12365550100"
    assert (number["quality_rating"], number["throughput"]) == ("GREEN", {"level": "STANDARD"})
    assert number["whatsapp_business_manager_messaging_limit"].startswith("TIER_")
    _, number = await client.call("GET", f"/v25.0/{NUMBER}?fields=verified_name,quality_rating")
    assert number == {"id": NUMBER, "verified_name": "Your Shop", "quality_rating": "GREEN"}


async def test_the_account_lists_its_number(client: Client) -> None:
    _, answer = await client.call("GET", f"/v25.0/{WABA}/phone_numbers?fields=id")
    assert answer["data"] == [{"id": NUMBER}]
    assert "next" not in answer["paging"]
    status, answer = await client.call("GET", "/v25.0/999/phone_numbers")
    assert (status, code(answer)) == (400, 100)


async def test_subscriptions_come_and_go(client: Client) -> None:
    path = f"/v25.0/{WABA}/subscribed_apps"
    assert len((await client.call("GET", path))[1]["data"]) == 1
    assert await client.call("DELETE", path) == (200, {"success": True})
    assert (await client.call("GET", path))[1] == {"data": []}
    assert await client.call("POST", path) == (200, {"success": True})
    assert len((await client.call("GET", path))[1]["data"]) == 1


async def test_the_profile_can_be_changed(client: Client) -> None:
    path = f"/v25.0/{NUMBER}/whatsapp_business_profile"
    assert await client.call("POST", path, {"messaging_product": "whatsapp", "about": "New"}) == (
        200,
        {"success": True},
    )
    _, answer = await client.call("GET", f"{path}?fields=about")
    assert answer == {"data": [{"messaging_product": "whatsapp", "about": "New"}]}
    _, answer = await client.call("POST", path, {"messaging_product": "whatsapp", "shoe_size": 9})
    assert code(answer) == 100


async def test_media_go_up_out_and_away(client: Client) -> None:
    form = FormData({"messaging_product": "whatsapp", "type": "image/png"})
    form.add_field("file", b"\x89PNG rest", filename="a.png", content_type="image/png")
    url, headers = f"{client.base_url}/v25.0/{NUMBER}/media", {"Authorization": "Bearer sandbox-token"}
    async with client.session.post(url, data=form, headers=headers) as answer:
        media_id = (await read(answer))["id"]
    await client.control(f"customers/{ANA}/text", {"text": "Hi"})
    await client.sent(ANA, type="image", image={"id": media_id, "caption": "Look"})
    _, medium = await client.call("GET", f"/v25.0/{media_id}")
    assert (medium["mime_type"], medium["file_size"]) == ("image/png", 9)
    _, data = await client.call("GET", medium["url"].removeprefix(client.base_url))
    assert data == b"\x89PNG rest"
    assert await client.call("DELETE", f"/v25.0/{media_id}") == (200, {"success": True})
    assert (await client.call("GET", f"/v25.0/{media_id}"))[0] == 400
    assert code((await client.send(ANA, type="image", image={"id": media_id}))[1]) == 100


async def test_an_upload_without_a_file_is_refused(client: Client) -> None:
    form = FormData({"messaging_product": "whatsapp"}, default_to_multipart=True)
    url, headers = f"{client.base_url}/v25.0/{NUMBER}/media", {"Authorization": "Bearer sandbox-token"}
    async with client.session.post(url, data=form, headers=headers) as answer:
        assert code(await read(answer)) == 100
    status, refused = await client.call("POST", f"/v25.0/{NUMBER}/media", {})
    assert (status, code(refused)) == (400, 100)
