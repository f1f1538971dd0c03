from crm.models.api_call import CallAllowance, IdempotentCall, VisitorAllowance
from crm.models.case import Case
from crm.models.channel import Channel, Purpose
from crm.models.column_mapping import ColumnMapping
from crm.models.company import Company
from crm.models.consent import ConsentRecord
from crm.models.conversation import CaseAttachment, CaseMessage
from crm.models.customer import Contact, Customer, MergeProposal
from crm.models.erasure import ErasedAddress, ErasureCertificate
from crm.models.event import Event, EventInbox, EventKind
from crm.models.exchange_rate import ExchangeRate
from crm.models.feedback import Feedback
from crm.models.fetch_run import FetchRun
from crm.models.hidden_pain import PainSetAside
from crm.models.job import Job, JobPicture, JobStage, JobTemplate, JobTemplateStage
from crm.models.loyalty import Coupon, PointsEntry
from crm.models.note import CustomerNote
from crm.models.order import Milestone, Order, OrderLine
from crm.models.prediction_run import PredictionRun
from crm.models.privacy import PrivacyRequest
from crm.models.product import Category, Product, ProductRelation
from crm.models.recommendation import BestSeller, ProductSequence
from crm.models.shop import Shop
from crm.models.source import Delivery, Source
from crm.models.staff_task import StaffTask, StaffTaskTry
from crm.models.standing import CustomerPrediction, CustomerScore, CustomerStats, OrderStanding
from crm.models.visitor import AnonymousEvent, KnownVisitor
from crm.models.webhook_out import WebhookEndpoint, WebhookMessage

__all__ = [
    "AnonymousEvent",
    "BestSeller",
    "CallAllowance",
    "Case",
    "CaseAttachment",
    "CaseMessage",
    "Category",
    "Channel",
    "Company",
    "ColumnMapping",
    "ConsentRecord",
    "Contact",
    "Coupon",
    "Customer",
    "CustomerNote",
    "Delivery",
    "CustomerPrediction",
    "CustomerScore",
    "CustomerStats",
    "ErasedAddress",
    "ErasureCertificate",
    "Event",
    "EventInbox",
    "EventKind",
    "ExchangeRate",
    "Feedback",
    "FetchRun",
    "Job",
    "JobPicture",
    "JobStage",
    "JobTemplate",
    "JobTemplateStage",
    "KnownVisitor",
    "IdempotentCall",
    "MergeProposal",
    "Milestone",
    "Order",
    "OrderLine",
    "OrderStanding",
    "PainSetAside",
    "PointsEntry",
    "PredictionRun",
    "PrivacyRequest",
    "Product",
    "ProductRelation",
    "ProductSequence",
    "Purpose",
    "Shop",
    "Source",
    "StaffTask",
    "StaffTaskTry",
    "VisitorAllowance",
    "WebhookEndpoint",
    "WebhookMessage",
]
