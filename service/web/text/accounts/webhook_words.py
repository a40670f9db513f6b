"""What a webhook tells, and what became of a message, in an admin's words."""

from collections.abc import Mapping

from service.storage.webhook_outbox import WebhookTopic
from service.web.text.formatting import N_

TOPIC_WORDS: Mapping[WebhookTopic, str] = {
    WebhookTopic.RED_VERDICT: N_("A check of your product says quarantine or reject"),
    WebhookTopic.RECALL: N_("A recall or hold reaches vials that you have or used"),
    WebhookTopic.REPORT: N_("A suspicious product was reported"),
    WebhookTopic.IMPORT: N_("An import has ended, or waits for a person"),
    WebhookTopic.CASE: N_("An answer about a quarantined vial is late"),
    WebhookTopic.TEST: N_("A test"),
}
STATE_WORDS: Mapping[str, str] = {
    "waiting": N_("Waiting"),
    "delivered": N_("Delivered"),
    "failed": N_("Not delivered"),
}
