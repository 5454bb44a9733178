"""Which form belongs to which kind of node."""

from collections.abc import Mapping
from typing import Any, Final

from desktop.domain import flow_nodes as nodes
from desktop.domain.flow_nodes import Does
from desktop.ui.bots.forms.asking import ButtonsForm, ListForm, QuestionForm
from desktop.ui.bots.forms.condition import ConditionForm
from desktop.ui.bots.forms.doing import SetAttributeForm, SetOptInForm, TagsForm
from desktop.ui.bots.forms.form import Form
from desktop.ui.bots.forms.going import AssignForm, EndForm, EnrolForm, JumpForm, WaitForm
from desktop.ui.bots.forms.request import RequestForm
from desktop.ui.bots.forms.sending import MediaForm, TextForm
from desktop.ui.bots.forms.template import TemplateForm
from desktop.ui.theme import Theme

FORMS: Final[Mapping[type[Does], type[Form[Any]]]] = {
    nodes.SendText: TextForm,
    nodes.SendMedia: MediaForm,
    nodes.SendButtons: ButtonsForm,
    nodes.SendList: ListForm,
    nodes.SendTemplate: TemplateForm,
    nodes.Question: QuestionForm,
    nodes.Decide: ConditionForm,
    nodes.SetAttribute: SetAttributeForm,
    nodes.SetOptIn: SetOptInForm,
    nodes.SetTags: TagsForm,
    nodes.Assign: AssignForm,
    nodes.Enrol: EnrolForm,
    nodes.Request: RequestForm,
    nodes.Wait: WaitForm,
    nodes.Jump: JumpForm,
    nodes.End: EndForm,
}


def form_for(theme: Theme, does: Does) -> Form[Any]:
    """An empty form for a node of this kind."""
    return FORMS[type(does)](theme, does)
