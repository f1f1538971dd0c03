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
from crm.models.loyalty import Coupon, PointsEntry
from crm.models.order import Milestone, Order, OrderLine
from crm.models.prediction_run import PredictionRun
from crm.models.privacy import PrivacyRequest
from crm.models.product import Category, Product, ProductRelation
from crm.models.promise import Promise, PromiseBreach
from crm.models.recommendation import BestSeller, ProductSequence
from crm.models.referral import Referral, ReferralCode
from crm.models.referral_programme import ReferralProgramme, ReferralReward
from crm.models.shop import Shop
from crm.models.source import Delivery, Source
from crm.models.staff_task import StaffTask
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
    "KnownVisitor",
    "IdempotentCall",
    "MergeProposal",
    "Milestone",
    "Order",
    "OrderLine",
    "OrderStanding",
    "PointsEntry",
    "PredictionRun",
    "PrivacyRequest",
    "Product",
    "ProductRelation",
    "ProductSequence",
    "Promise",
    "PromiseBreach",
    "Purpose",
    "Referral",
    "ReferralCode",
    "ReferralProgramme",
    "ReferralReward",
    "Shop",
    "Source",
    "StaffTask",
    "VisitorAllowance",
    "WebhookEndpoint",
    "WebhookMessage",
]
