"""What would go out is called what it is."""

from tests.server.api import MESSAGES, Shop

EXPLAIN = f"{MESSAGES}/explain"


async def test_an_image_is_not_called_a_text(shop: Shop) -> None:
    await shop.desk.contact(wrote=True)
    wanted = {"type": "image", "image": {"path": "https://shop.example/kettle.png"}}
    answer = await shop.ask("POST", EXPLAIN, {"recipient": {"phone": "16045550142"}, "whatsapp": wanted})
    assert answer.status == 200, answer.body
    assert answer.body["steps"][0].startswith("It is an image without a template")
