"""Starter designs: a shape, a palette and a sign that go well together, to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StarterDesign:
    """Codes of the vocabularies of pictures; `label` by language says for which badges it is meant."""

    label: Mapping[str, str]
    shape: str
    colours: str
    sign: str

    def as_fields(self) -> dict[str, str]:
        """The fields of a template that it sets, as JSON."""
        return {"shape": self.shape, "colours": self.colours, "sign": self.sign}


STARTER_DESIGNS: Mapping[str, StarterDesign] = {
    "data": StarterDesign(
        label={"en": "data", "lv": "dati"}, shape="hexagon", colours="sea", sign="chart-no-axes-column"
    ),
    "code": StarterDesign(
        label={"en": "computing", "lv": "datorika"}, shape="gate", colours="night", sign="code-xml"
    ),
    "languages": StarterDesign(
        label={"en": "languages", "lv": "valodas"}, shape="sun", colours="berry", sign="languages"
    ),
    "health": StarterDesign(
        label={"en": "health", "lv": "veselība"}, shape="star", colours="heather", sign="heart-pulse"
    ),
    "safety": StarterDesign(
        label={"en": "safety", "lv": "drošība"}, shape="shield", colours="amber", sign="hard-hat"
    ),
    "nature": StarterDesign(
        label={"en": "nature", "lv": "daba"}, shape="hexagon", colours="forest", sign="sprout"
    ),
    "law": StarterDesign(
        label={"en": "law and society", "lv": "tiesības un sabiedrība"},
        shape="octagon",
        colours="slate",
        sign="scale",
    ),
    "crafts": StarterDesign(
        label={"en": "crafts", "lv": "amati"}, shape="octagon", colours="linen", sign="hammer"
    ),
}
