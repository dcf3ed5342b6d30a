"""Test data: promotions, jobs in any state that the database allows, and people."""

from datetime import UTC, datetime, timedelta

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from promotions.models import ApiClient, Job, JobType, Promotion, PromotionCode, PromotionType, Usage, Webhook
from promotions.models.webhook import WebhookEvent
from promotions.states import ACTIVE, Status


class ApiClientFactory(factory.django.DjangoModelFactory):
    """A client that gets its tokens by client credentials; its secret is hashed when it is stored."""

    class Meta:
        model = ApiClient

    name = factory.Sequence(lambda n: f"Client {n}")
    client_type = ApiClient.CLIENT_CONFIDENTIAL
    authorization_grant_type = ApiClient.GRANT_CLIENT_CREDENTIALS


class PromotionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Promotion

    name = factory.Sequence(lambda n: f"Promotion {n}")
    description = "For tests"
    enabled = True
    promotion_type = PromotionType.FIXED_DISCOUNT
    schema = factory.LazyFunction(lambda: {"currencies": [{"currency": "USD", "amount": 500}]})
    start = datetime(2026, 1, 1, tzinfo=UTC)
    end = factory.LazyAttribute(lambda promotion: promotion.start + timedelta(days=364))


class JobFactory(factory.django.DjangoModelFactory):
    """A job as it would stand in `status`: with its codes counted and reserved, but without rows or a lease.

    `generated` codes are counted as made; an ended job has the counters that its status needs.
    """

    class Meta:
        model = Job
        skip_postgeneration_save = True

    promotion = factory.SubFactory(PromotionFactory)
    job_type = JobType.CODE_GENERATE
    name = factory.Sequence(lambda n: f"Job {n}")
    number_of_codes = 100
    status = Status.PENDING
    error = factory.LazyAttribute(lambda job: "something broke" if job.status == Status.FAILED else "")
    generated = factory.LazyAttribute(lambda job: (job.number_of_codes or 0) if job.status == Status.COMPLETED else 0)
    started_at = factory.LazyAttribute(lambda job: None if job.status == Status.PENDING else timezone.now())
    finished_at = factory.LazyAttribute(lambda job: None if job.status in ACTIVE else timezone.now())
    cancel_requested_at = factory.LazyAttribute(
        lambda job: timezone.now() if job.status in (Status.CANCELLING, Status.CANCELLED) else None
    )

    @factory.post_generation
    def reservation(job, create, extracted, **kwargs):  # noqa: N805
        if create and job.status in (Status.PROCESSING, Status.CANCELLING, Status.COMPLETED):
            Promotion.objects.filter(pk=job.promotion_id).reserve(job.number_of_codes or 0, 10**9)


class PromotionCodeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PromotionCode

    promotion = factory.SubFactory(PromotionFactory)
    code = factory.Sequence(lambda n: f"CODE-{n}")


class UsageFactory(factory.django.DjangoModelFactory):
    """One use of the code `of`, by an order and a customer of its own."""

    class Meta:
        model = Usage
        exclude = ["of"]

    of = factory.SubFactory(PromotionCodeFactory)
    promotion = factory.SelfAttribute("of.promotion")
    code = factory.SelfAttribute("of.code")
    code_id = factory.SelfAttribute("of.id")
    order_id = factory.Sequence(lambda n: f"order-{n}")
    customer_id = factory.Sequence(lambda n: f"customer-{n}")
    customer_email = factory.Sequence(lambda n: f"shopper{n}@example.com")


class WebhookFactory(factory.django.DjangoModelFactory):
    """An active webhook that wants to hear of everything."""

    class Meta:
        model = Webhook

    url = "https://shop.example.com/hooks"
    events = factory.LazyFunction(lambda: list(WebhookEvent.values))


class UserFactory(factory.django.DjangoModelFactory):
    """A member of staff; `permissions` are given by their code names, such as `cancel_job`."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff{n}")
    is_staff = True

    @factory.post_generation
    def permissions(user, create, extracted, **kwargs):  # noqa: N805
        for codename in extracted or ():
            user.user_permissions.add(Permission.objects.get(content_type__app_label="promotions", codename=codename))
