"""Forms of what is said without waiting for an answer: a text, a file."""

from desktop.domain.attachments import LONGEST_CAPTION
from desktop.domain.compose import MAX_TEXT_LENGTH
from desktop.domain.flow_nodes import SendMedia, SendText
from desktop.ui.bots.forms.form import Form

MEDIA = (("image", "Photo"), ("video", "Video"), ("document", "Document"), ("audio", "Audio"))


class TextForm(Form[SendText]):
    def make(self) -> None:
        self.row, self.text = self.add_text(
            "text", "Text", most=MAX_TEXT_LENGTH, hint="What the bot says", least_lines=4
        )

    def show_fields(self) -> None:
        self.text.show_text(self.does.text, self.place)
        self.row.show_length(len(self.does.text))


class MediaForm(Form[SendMedia]):
    def make(self) -> None:
        _, self.media = self.add_choice("media", "Kind of file")
        _, self.link = self.add_line(
            "link", "Address of the file", hint="https://…", ltr=True,
            help_text="WhatsApp fetches it from there, so it must be public.",
        )  # fmt: skip
        self.caption_row, self.caption = self.add_text(
            "caption", "Caption", most=LONGEST_CAPTION, hint="Optional"
        )

    def show_fields(self) -> None:
        self.media.show_entries(MEDIA, self.does.media)
        self.link.show_text(self.does.link, self.place)
        self.caption.show_text(self.does.caption, self.place)
        self.caption_row.show_length(len(self.does.caption))
        self.caption_row.setVisible(
            self.does.media != "audio" or bool(self.does.caption)
        )  # none is shown there
