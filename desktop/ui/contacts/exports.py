"""Contacts as a file."""

from functools import partial

from PySide6.QtWidgets import QWidget

from desktop.domain.contact_table import Target
from desktop.services.exports import ExportFormat
from desktop.ui.desk import Desk
from desktop.ui.exports.flow import start_export
from desktop.ui.exports.words import Subject, counted

HOLDS = "Each contact with phone, name, marketing opt-in, tags and every attribute."


def open_export(desk: Desk, parent: QWidget, target: Target, count: int, format: ExportFormat) -> None:
    """Ask where `count` contacts go, write them there and say when they are; returns at once."""
    subject = Subject("contacts", who_words(target, count), HOLDS, contacts, "contacts")
    start_export(desk, parent, subject, count, partial(desk.app.exports.run, target), format)


def contacts(count: int) -> str:
    return counted(count, "contact")


def who_words(target: Target, count: int) -> str:
    """'The 12 contacts that you selected', 'All 1,000 contacts', 'All 340 contacts that match the filter'."""
    if target.ids is not None:
        return "The contact that you selected" if count == 1 else f"The {contacts(count)} that you selected"
    if target.query.selects_everyone:
        return f"All {contacts(count)}"
    if count == 1:
        return "The contact that matches the filter or search"
    return f"All {contacts(count)} that match the filter or search"
