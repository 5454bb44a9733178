"""What made-up customers and agents write, in several languages."""

import random
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: what customers ask and what they are answered. {n}: a number that nobody else has; {t}: a thing."""

    asked: tuple[str, ...]
    answered: tuple[str, ...]
    things: tuple[str, ...]


ENGLISH: Final = Tongue(
    (
        "Hello! Where is my order {n}?",
        "Hi, is the {t} back in stock?",
        "Could you resend the invoice {n}, please? I cannot find the first one.",
        "The {t} arrived today, thank you!",
        "I would like to return the {t}. It is beautiful, but it does not fit beside the window.",
        "Do you ship to Halifax?",
        "Can somebody call me tomorrow morning?",
        "My parcel {n} says delivered, but nothing is here",
        "Thanks!",
        "Ok, see you on Friday then 👍",
        "How much are 40 of the {t} with our logo on them?",
        "Wrong colour again… I asked for the blue {t} and got a green one. Order {n}.",
    ),
    (
        "Hi! I have looked: order {n} left our warehouse yesterday and should be with you on Thursday.",
        "The {t} is back next week, shall I put one aside for you?",
        "Here is the invoice {n} again. Tell me if anything is missing.",
        "We are glad that you like it!",
        "Of course. The return label {n} is on its way to your mail; the {t} can be handed in at any post office.",
        "We do: three to five days, free above $80.",
        "A colleague will call you tomorrow between nine and ten.",
        "You are welcome. Have a nice day!",
        "I am sorry to hear that. We send you the right {t} today, and you may keep the other one.",
    ),
    (
        "lamp",
        "brass lantern",
        "cup",
        "woollen blanket",
        "teapot",
        "table",
        "picture frame",
        "rug",
        "armchair",
    ),
)
FRENCH: Final = Tongue(
    (
        "Bonjour, où est ma commande {n} ?",
        "Est-ce que vous avez encore {t} en bleu ?",
        "Merci beaucoup, c’est très gentil de votre part !",
        "Le colis {n} est arrivé cassé, voilà une photo",
        "À quelle heure fermez-vous le samedi à Montréal ?",
        "Pouvez-vous changer l’adresse de livraison ?",
    ),
    (
        "Bonjour ! Votre commande {n} a été expédiée hier.",
        "Oui, il nous reste {t} en bleu et en crème.",
        "Nous sommes désolés. Un nouveau colis, {n}, part dès aujourd’hui.",
        "Jusqu’à 17 h. À bientôt !",
    ),
    ("la lampe", "la théière", "le cadre doré", "la couverture en laine", "le fauteuil"),
)
SPANISH: Final = Tongue(
    (
        "¿Cuándo llega mi pedido {n}?",
        "Quisiera devolver {t}, no es lo que esperaba",
        "¡Muchas gracias por todo!",
        "¿Hacen envíos los sábados?",
    ),
    (
        "Su pedido {n} llegará mañana por la mañana.",
        "Claro que sí. Le enviamos la etiqueta {n} para devolver {t}.",
        "¡Con mucho gusto!",
    ),
    ("la lámpara", "el sillón", "la taza", "el espejo"),
)
HINDI: Final = Tongue(
    (
        "नमस्ते, मेरा ऑर्डर {n} कब आएगा?",
        "क्या {t} अभी मिल सकता है?",
        "धन्यवाद, बहुत सुंदर है",
        "कृपया बिल {n} फिर से भेज दीजिए",
    ),
    (
        "नमस्ते! आपका ऑर्डर {n} कल भेजा गया है।",
        "जी हाँ, {t} अगले हफ़्ते आ रहा है।",
        "आपका स्वागत है!",
    ),
    ("दीया", "कंबल", "पीतल का दीपक", "चाय का सेट"),
)
CHINESE: Final = Tongue(
    (
        "你好，我的订单{n}什么时候到货？",
        "请问{t}还有蓝色的吗？",
        "谢谢，已经收到了",
        "麻烦再发一次发票，号码是{n}",
    ),
    (
        "您好，订单{n}昨天已经发出，预计周四送达。",
        "{t}下周到货，需要帮您预留吗？",
        "不客气，祝您愉快！",
    ),
    ("台灯", "茶壶", "羊毛毯", "相框"),
)
ARABIC: Final = Tongue(
    ("مرحبًا، أين طلبي رقم {n}؟", "هل ما زال {t} متوفرًا؟", "شكرًا جزيلًا لكم"),
    ("مرحبًا! تم شحن طلبكم رقم {n} أمس.", "نعم، {t} متوفر بلونين.", "على الرحب والسعة"),
    ("المصباح", "إبريق الشاي", "الكرسي"),
)
TONGUES: Final = (*[ENGLISH] * 10, *[FRENCH] * 3, *[SPANISH] * 2, *[HINDI] * 2, CHINESE, ARABIC)
"""As often as each is spoken here."""
_SECOND_SENTENCE: Final = 0.2


def line(rng: random.Random, tongue: Tongue, *, outgoing: bool) -> str:
    """A message of one or two sentences."""
    said = tongue.answered if outgoing else tongue.asked
    made = _filled(rng, tongue, said)
    return f"{made} {_filled(rng, tongue, said)}" if rng.random() < _SECOND_SENTENCE else made


def _filled(rng: random.Random, tongue: Tongue, said: tuple[str, ...]) -> str:
    made = said[int(rng.random() * len(said))]
    if "{t}" in made:
        made = made.replace("{t}", tongue.things[int(rng.random() * len(tongue.things))])
    return made.replace("{n}", f"#{int(rng.random() * 9_000_000) + 1_000_000}") if "{n}" in made else made
