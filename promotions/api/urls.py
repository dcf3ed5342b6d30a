"""The addresses of the API. Each is served with and without a trailing slash and never redirects."""

from django.urls import URLPattern, re_path
from rest_framework.views import APIView

from promotions.api.views.codes import CodeDetail, CodeList
from promotions.api.views.files import StoredFile
from promotions.api.views.jobs import JobCancel, JobDetail, JobFile, JobList, RuleJobCancel
from promotions.api.views.promotions import PromotionDetail, PromotionHistory, PromotionList
from promotions.api.views.token import AccessToken
from promotions.api.views.unknown import Unknown
from promotions.api.views.usages import CodeUsages, PromotionUsages, Redeem, UsageAnonymize, UsageReverse

PROMOTION = r"^v2/promotions/(?P<promotion_id>[^/]+)"
JOB = rf"{PROMOTION}/jobs/(?P<job_id>[^/]+)"


def both(pattern: str, view: type[APIView], name: str) -> URLPattern:
    """The route for `pattern` with and without a slash at its end."""
    return re_path(rf"{pattern}/?$", view.as_view(), name=name)


urlpatterns = [
    both(r"^oauth/access_token", AccessToken, "access-token"),
    both(r"^v2/promotions", PromotionList, "promotions"),
    # Before the addresses of a promotion, whose id could be any text.
    both(r"^v2/promotions/codes/redeem", Redeem, "redeem"),
    both(r"^v2/promotions/usages/anonymize", UsageAnonymize, "usages-anonymize"),
    both(r"^v2/promotions/usages/(?P<usage_id>[^/]+)/reverse", UsageReverse, "usage-reverse"),
    both(PROMOTION, PromotionDetail, "promotion"),
    both(rf"{PROMOTION}/history", PromotionHistory, "promotion-history"),
    both(rf"{PROMOTION}/jobs", JobList, "jobs"),
    both(JOB, JobDetail, "job"),
    both(rf"{PROMOTION}/codes", CodeList, "codes"),
    both(rf"{JOB}/file", JobFile, "job-file"),
    both(rf"{JOB}/cancel", JobCancel, "job-cancel"),
    both(rf"{JOB}/cancel".replace("v2/promotions", "v2/rule-promotions"), RuleJobCancel, "rule-job-cancel"),
    re_path(r"^files/(?P<name>.+)$", StoredFile.as_view(), name="file"),
    both(rf"{PROMOTION}/usages", PromotionUsages, "promotion-usages"),
    # A code may have slashes in it.
    both(rf"{PROMOTION}/codes/(?P<code>.+)/usages", CodeUsages, "code-usages"),
    both(rf"{PROMOTION}/codes/(?P<code>.+?)", CodeDetail, "code"),
    re_path(r"^(v2|oauth)(/|$)", Unknown.as_view()),
]
