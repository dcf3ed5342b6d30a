"""`/v2/promotions/:promotionID/jobs`"""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from promotions.api.authentication import actor
from promotions.api.envelope import AnyTypeParser
from promotions.api.filters import Filterable, condition
from promotions.api.pagination import page
from promotions.api.schema import jobs as schema
from promotions.api.serializers.job import CancelSerializer, JobSerializer
from promotions.api.views.files import link_to
from promotions.api.views.lookup import find_job, find_promotion
from promotions.errors import NoFile
from promotions.jobs.create import create_job

# The documented examples say `complete`.
FIELDS = {
    "job_type": Filterable("job_type"),
    "status": Filterable("status", read=lambda status: "completed" if status == "complete" else status),
}


class JobList(APIView):
    """The jobs of a promotion, newest first, and new ones."""

    @schema.list_jobs(FIELDS)
    def get(self, request: Request, promotion_id: str) -> Response:
        jobs = find_promotion(promotion_id).jobs.filter(condition(request, FIELDS))
        rows, around = page(request, jobs)
        return Response({"data": JobSerializer(rows, many=True).data, **around})

    @schema.create_job
    def post(self, request: Request, promotion_id: str) -> Response:
        promotion = find_promotion(promotion_id)
        new = JobSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        job = create_job(
            promotion,
            new.validated_data["job_type"],
            name=new.validated_data.get("name", ""),
            by=actor(request),
            **new.validated_data["parameters"],
        )
        return Response({"data": JobSerializer(job).data}, status=201)


class JobDetail(APIView):
    """One job, for those who wait for it; Elastic Path's own API lacks it."""

    @schema.get_job
    def get(self, request: Request, promotion_id: str, job_id: str) -> Response:
        return Response({"data": JobSerializer(find_job(promotion_id, job_id)).data})


class JobFile(APIView):
    """Where the file of a completed export is to be had, a link that needs no token and expires; and the SHA-256 by
    which a client can see that it has got the whole file."""

    @schema.get_job_file
    def get(self, request: Request, promotion_id: str, job_id: str) -> Response:
        job = find_job(promotion_id, job_id)
        if not job.file:
            raise NoFile(job.status)
        checksum = {"sha256": job.file_sha256} if job.file_sha256 else {}
        return Response({"href": link_to(request, job.file), **checksum})


class JobCancel(APIView):
    """Cancels a job. The body may be empty; a `reason` in it is kept."""

    parser_classes = [AnyTypeParser]

    @schema.cancel_job
    def post(self, request: Request, promotion_id: str, job_id: str) -> Response:
        job = find_job(promotion_id, job_id)
        wish = CancelSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        job.cancel(by=actor(request), reason=wish.validated_data.get("cancel_reason", ""))
        return Response({"data": JobSerializer(job).data})


class RuleJobCancel(JobCancel):
    """The same, where js-sdk's only function that cancels a job sends it: to the API of rule promotions.

    The answer has the name of the promotion's id in that API, too (contract, section 0.4).
    """

    @schema.cancel_rule_job
    def post(self, request: Request, promotion_id: str, job_id: str) -> Response:
        answer = super().post(request, promotion_id, job_id)
        answer.data["data"]["rule_promotion_id"] = answer.data["data"]["promotion_id"]
        return answer
