"""Jobs on the wire (contract, section 2)."""

from typing import Any

from rest_framework import serializers

from promotions.api.serializers.fields import Const, StrictModelSerializer, Text, milliseconds
from promotions.models import Job, JobType
from promotions.models.job import PARAMETERS
from promotions.states import Status


class ParametersSerializer(StrictModelSerializer):
    """What a code_generate job is told to make; what is not sent, or null, is not given."""

    class Meta:
        model = Job
        fields = PARAMETERS
        extra_kwargs = {
            "number_of_codes": {"required": True, "allow_null": False},
            "consume_unit": {"allow_blank": False},
            "code_prefix": {"allow_blank": True},
        }


class JobSerializer(StrictModelSerializer):
    """Reads a new job, and writes one out in the documented order."""

    type = Const("promotion_job")
    name = Text(required=False, allow_blank=True, max_length=50)
    parameters = ParametersSerializer(required=False)

    class Meta:
        model = Job
        fields = ("type", "job_type", "name", "parameters")

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Only a job that generates codes needs, and has, parameters."""
        if data["job_type"] != JobType.CODE_GENERATE:
            data["parameters"] = {}
        elif "parameters" not in data:
            raise serializers.ValidationError({"parameters": "parameters is required"}, code="required")
        return data

    def to_representation(self, job: Job) -> dict[str, Any]:
        given = {name: getattr(job, name) for name in PARAMETERS if getattr(job, name) is not None}
        body: dict[str, Any] = {
            "type": "promotion_job",
            "id": str(job.uuid),
            "promotion_id": str(job.promotion.uuid),
            "job_type": job.job_type,
            "name": job.name,
            **({"parameters": given} if given else {}),
            "status": job.status,
        }
        if job.status == Status.FAILED:
            body["error"] = job.error
        timestamps = {"created_at": milliseconds(job.created_at), "updated_at": milliseconds(job.updated_at)}
        body["meta"] = {"timestamps": timestamps}
        if job.status in (Status.PROCESSING, Status.CANCELLING):
            body["meta"]["progress"] = progress(job)
        if job.job_type == JobType.CODE_GENERATE and job.started_at:
            body["result"] = {
                "generated": job.generated,
                **({"deleted": job.deleted} if job.deleted or job.cancel_requested_at else {}),
            }
        return body


def progress(job: Job) -> dict[str, Any]:
    """How far a job is, as an addition of ours: codes made and not removed again, or rows exported."""
    done, total = job.done, job.total
    return {"done": done, "total": total, "fraction": round(done / total, 4) if total else 0.0}


class CancelSerializer(StrictModelSerializer):
    """What may come with a cancel: why, as an addition of ours. Everything else in the body is ignored."""

    reason = Text(source="cancel_reason", required=False, allow_blank=True, max_length=500)

    class Meta:
        model = Job
        fields = ("reason",)
