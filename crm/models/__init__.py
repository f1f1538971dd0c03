from crm.models.api_call import CallAllowance, IdempotentCall, VisitorAllowance
from crm.models.case import Case
from crm.models.case_note import CaseMention, CaseNote
from crm.models.case_question import CaseOffer, ContentmentCheck
from crm.models.channel import Channel, Purpose
from crm.models.column_mapping import ColumnMapping
from crm.models.company import Company
from crm.models.consent import ConsentRecord
from crm.models.conversation import AnswerFile, CaseAttachment, CaseMessage
from crm.models.customer import Contact, Customer, MergeProposal
from crm.models.erasure import ErasedAddress, ErasureCertificate
from crm.models.event import Event, EventInbox, EventKind
from crm.models.exchange_rate import ExchangeRate
from crm.models.feedback import Feedback
from crm.models.fetch_run import FetchRun
from crm.models.goodwill import Goodwill
from crm.models.hidden_pain import PainSetAside
from crm.models.job import Job, JobPicture, JobStage, JobTemplate, JobTemplateStage
from crm.models.loyalty import Coupon, CouponBatch, PointsEntry
from crm.models.loyalty_rules import Earning, EarningRule, LoyaltySettings, PointsHold
from crm.models.note import CustomerNote
from crm.models.order import Milestone, Order, OrderLine
from crm.models.prediction_run import PredictionRun
from crm.models.privacy import PrivacyRequest
from crm.models.product import Category, Product, ProductRelation
from crm.models.product_registration import ProductRegistration
from crm.models.promise import Promise, PromiseBreach
from crm.models.ready_answer import ReadyAnswer, ReadyAnswerText
from crm.models.recommendation import BestSeller, ProductSequence
from crm.models.referral import Referral, ReferralCode
from crm.models.referral_programme import ReferralProgramme, ReferralReward
from crm.models.review import Review, ReviewPhoto
from crm.models.review_settings import ReviewSettings
from crm.models.shop import Shop
from crm.models.source import Delivery, Source
from crm.models.staff_task import StaffTask, StaffTaskTry
from crm.models.standing import CustomerPrediction, CustomerScore, CustomerStats, OrderStanding
from crm.models.subscription import Subscription, SubscriptionRenewal
from crm.models.survey import Survey, SurveyQuestion
from crm.models.tier import CustomerTier, Tier, TierReward
from crm.models.visitor import AnonymousEvent, KnownVisitor
from crm.models.webhook_out import WebhookEndpoint, WebhookMessage

__all__ = [
    "AnonymousEvent",
    "AnswerFile",
    "BestSeller",
    "CallAllowance",
    "Case",
    "CaseAttachment",
    "CaseMention",
    "CaseMessage",
    "CaseNote",
    "CaseOffer",
    "Category",
    "Channel",
    "Company",
    "ColumnMapping",
    "ConsentRecord",
    "Contact",
    "ContentmentCheck",
    "Coupon",
    "CouponBatch",
    "Customer",
    "CustomerNote",
    "Delivery",
    "CustomerPrediction",
    "CustomerScore",
    "CustomerStats",
    "CustomerTier",
    "Earning",
    "EarningRule",
    "ErasedAddress",
    "ErasureCertificate",
    "Event",
    "EventInbox",
    "EventKind",
    "ExchangeRate",
    "Feedback",
    "FetchRun",
    "Goodwill",
    "Job",
    "JobPicture",
    "JobStage",
    "JobTemplate",
    "JobTemplateStage",
    "KnownVisitor",
    "IdempotentCall",
    "LoyaltySettings",
    "MergeProposal",
    "Milestone",
    "Order",
    "OrderLine",
    "OrderStanding",
    "PainSetAside",
    "PointsEntry",
    "PointsHold",
    "PredictionRun",
    "PrivacyRequest",
    "Product",
    "ProductRegistration",
    "ProductRelation",
    "ProductSequence",
    "Promise",
    "PromiseBreach",
    "Purpose",
    "ReadyAnswer",
    "ReadyAnswerText",
    "Referral",
    "ReferralCode",
    "ReferralProgramme",
    "ReferralReward",
    "Review",
    "ReviewPhoto",
    "ReviewSettings",
    "Shop",
    "Source",
    "StaffTask",
    "Survey",
    "SurveyQuestion",
    "Tier",
    "TierReward",
    "Subscription",
    "SubscriptionRenewal",
    "StaffTaskTry",
    "VisitorAllowance",
    "WebhookEndpoint",
    "WebhookMessage",
]
