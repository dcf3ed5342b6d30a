"""Describes the operations of jobs."""

from collections.abc import Mapping

from promotions.api.filters import Filterable
from promotions.api.schema import samples
from promotions.api.schema.operations import WITH_BODY, Decorator, answers, asks, operation, refusal
from promotions.api.schema.parameters import JOB_ID, PAGE, PROMOTION_ID, filtered_by
from promotions.api.serializers.job import CancelSerializer, JobSerializer
from promotions.errors import JobNotCancellable, NoCodesAllowed, NoFile, NotFound, TooManyJobs
from promotions.states import Status

TAG = "Jobs"


def list_jobs(fields: Mapping[str, Filterable]) -> Decorator:
    return operation(
        "listJobs",
        TAG,
        "List jobs",
        "Newest first.",
        answer="JobPage",
        means="A page of jobs.",
        refusals=[400, 404],
        parameters=[
            PROMOTION_ID,
            *PAGE,
            filtered_by(
                fields, "eq(job_type,code_generate):eq(status,cancelled)", "(eq(status,failed)|eq(status,pending))"
            ),
        ],
    )


create_job = operation(
    "createJob",
    TAG,
    "Start a job",
    "A job generates codes, or exports them into a file. A promotion has one active job at most.",
    status=201,
    answer="JobAnswer",
    means="The new job, which waits for a worker.",
    request=JobSerializer,
    refusals=[*WITH_BODY, 404, 422],
    parameters=[PROMOTION_ID],
    examples=[
        asks("Generate codes", samples.NEW_JOB),
        asks("Export codes", samples.NEW_EXPORT),
        answers("It waits for a worker", {"data": samples.job(Status.PENDING)}, 201),
        refusal(TooManyJobs()),
        refusal(NoCodesAllowed()),
    ],
)

get_job = operation(
    "getJob",
    TAG,
    "Get a job",
    answer="JobAnswer",
    means="The job.",
    refusals=[404],
    parameters=[PROMOTION_ID, JOB_ID],
    examples=[answers("It has completed", {"data": samples.job(Status.COMPLETED, generated=100)})],
)

cancel_job = operation(
    "cancelJob",
    TAG,
    "Cancel a job",
    "A pending job is `cancelled` at once. A processing one becomes `cancelling`, and `cancelled` when a worker has "
    "removed every code that it had made. The body may be empty; a `reason` in it is kept.",
    answer="JobAnswer",
    means="The job, as it is now.",
    request={"application/json": CancelSerializer},
    refusals=[400, 404, 422],
    parameters=[PROMOTION_ID, JOB_ID],
    examples=[
        asks("With a reason", {"reason": "Wrong prefix"}),
        asks("Without one", {}),
        answers("It was pending", {"data": samples.job(Status.CANCELLED)}),
        answers("It was processing", {"data": samples.job(Status.CANCELLING, generated=40, deleted=0)}),
        refusal(JobNotCancellable()),
        refusal(NotFound("job")),
    ],
)

cancel_rule_job = operation(
    "cancelRuleJob",
    TAG,
    "Cancel a job, as js-sdk does",
    "The same as `cancelJob`, at the address to which js-sdk's function `RulePromotions.CancelJob` sends it.",
    answer="JobAnswer",
    means="The job, as it is now.",
    request=CancelSerializer,
    refusals=[400, 404, 422],
    parameters=[PROMOTION_ID, JOB_ID],
)

get_job_file = operation(
    "getJobFile",
    TAG,
    "Get a link to the file of an export",
    answer="JobFile",
    means="A link that needs no token and expires.",
    refusals=[404, 422],
    parameters=[PROMOTION_ID, JOB_ID],
    examples=[refusal(NoFile(Status.PROCESSING))],
)
