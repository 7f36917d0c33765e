"""The only room that knows Flask: pages for people, endpoints for platforms, documents for verifiers."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from lti_tool.web import (
    broker_watch,
    checked_requests,
    counters,
    errors,
    filters,
    headers,
    health,
    issuer_look,
    languages,
    metrics,
    page_issuer,
    plug_sentences,
    rate_limits,
    request_ids,
    request_traces,
    static_files,
    time_zones,
    verdict_languages,
)
from lti_tool.web.approver import approval
from lti_tool.web.backpack import badges as backpack_badges
from lti_tool.web.backpack import consent as backpack_consent
from lti_tool.web.backpack import discovery as backpack_discovery
from lti_tool.web.backpack import kept as backpack_kept
from lti_tool.web.backpack import profiles as backpack_profiles
from lti_tool.web.backpack import programs as backpack_programs
from lti_tool.web.backpack.badge_connect import assertions as badge_connect_assertions
from lti_tool.web.backpack.badge_connect import manifest as badge_connect_manifest
from lti_tool.web.backpack.badge_connect import profiles as badge_connect_profiles
from lti_tool.web.catalogue import documents as catalogue_documents
from lti_tool.web.catalogue import feeds as catalogue_feeds
from lti_tool.web.catalogue import lists as catalogue_lists
from lti_tool.web.catalogue import offer_pages as catalogue_offers
from lti_tool.web.current import install
from lti_tool.web.documents import issuer
from lti_tool.web.editor import feedback as template_feedback
from lti_tool.web.editor import quality_report, steps, template_list
from lti_tool.web.hosts import connect as host_connect
from lti_tool.web.hosts import places as host_places
from lti_tool.web.learner import (
    badge,
    downloads,
    feedback,
    mine,
    own_data,
    recognition_pack,
    sharing,
    signed_in,
)
from lti_tool.web.learner import pathways as learner_pathways
from lti_tool.web.mails import bounces, holder_checks, reminders
from lti_tool.web.operator import account as operator_account
from lti_tool.web.operator import catalogue as operator_catalogue
from lti_tool.web.operator import completions as operator_completions
from lti_tool.web.operator import endorsements as operator_endorsements
from lti_tool.web.operator import equivalences as operator_equivalences
from lti_tool.web.operator import events as operator_events
from lti_tool.web.operator import feedback as operator_feedback
from lti_tool.web.operator import home as operator_home
from lti_tool.web.operator import invitation as operator_invitation
from lti_tool.web.operator import issuer_accreditations as operator_issuer_accreditations
from lti_tool.web.operator import issuer_keys as operator_issuer_keys
from lti_tool.web.operator import issuer_look as operator_issuer_look
from lti_tool.web.operator import issuer_profile as operator_issuer_profile
from lti_tool.web.operator import mail_address as operator_mail_address
from lti_tool.web.operator import openid as operator_openid
from lti_tool.web.operator import pathway_acts as operator_pathway_acts
from lti_tool.web.operator import pathways as operator_pathways
from lti_tool.web.operator import people as operator_people
from lti_tool.web.operator import person_acts as operator_person_acts
from lti_tool.web.operator import person_data as operator_person_data
from lti_tool.web.operator import person_pack as operator_person_pack
from lti_tool.web.operator import reviews as operator_reviews
from lti_tool.web.operator import roles as operator_roles
from lti_tool.web.operator import settings as operator_settings
from lti_tool.web.operator import sign_in as operator_sign_in
from lti_tool.web.operator import statistics as operator_statistics
from lti_tool.web.operator import template_review as operator_template_review
from lti_tool.web.operator import templates as operator_templates
from lti_tool.web.operator import visits as operator_visits
from lti_tool.web.operator.platforms import details as operator_platform_details
from lti_tool.web.operator.platforms import one as operator_platform
from lti_tool.web.operator.platforms import overview as operator_platforms
from lti_tool.web.operator.platforms import sources as operator_platform_sources
from lti_tool.web.operator.prior_learning import acts as operator_prior_learning_acts
from lti_tool.web.operator.prior_learning import application as operator_prior_learning
from lti_tool.web.operator.prior_learning import offers as operator_prior_learning_offers
from lti_tool.web.organisations import documents as organisation_documents
from lti_tool.web.organisations import home as organisation_home
from lti_tool.web.organisations import members as organisation_members
from lti_tool.web.organisations import own_keys as organisation_keys
from lti_tool.web.organisations import sign_in as organisation_sign_in
from lti_tool.web.organisations import signed as organisation_signed
from lti_tool.web.organisations import signing as organisation_signing
from lti_tool.web.organisations import visits as organisation_visits
from lti_tool.web.platforms import launch, leave, registration_page
from lti_tool.web.prior_learning import open_badges as prior_learning_open
from lti_tool.web.prior_learning import own as prior_learning_own
from lti_tool.web.prior_learning import own_acts as prior_learning_own_acts
from lti_tool.web.prior_learning import own_portfolio as prior_learning_own_portfolio
from lti_tool.web.proxies import TrustedProxies
from lti_tool.web.public import (
    api_description,
    badge_pages,
    identity_checks,
    invited_feedback,
    privacy_notice,
    qr_codes,
    selective_disclosure,
    shared_badge,
    verifier,
)
from lti_tool.web.public import statistics as public_statistics
from lti_tool.web.sources import messages
from lti_tool.web.teacher import (
    award_actions,
    batches,
    course,
    course_mails,
    course_work,
    hand_awards,
    link_badge,
    list_upload,
    outcome_levels,
    placement,
    rule_actions,
    rule_of_parts,
    source_consent,
    sources,
    stated_names,
)
from lti_tool.web.teacher.roster import acts as roster_acts
from lti_tool.web.teacher.roster import bulk as roster_bulk
from lti_tool.web.teacher.roster import certificates as roster_certificates
from lti_tool.web.teacher.roster import export as roster_export
from lti_tool.web.teacher.roster import page as roster
from lti_tool.web.wallets import exchanges, issuer_metadata, keep, offer_pages, oid4vci
from lti_tool.wiring import Tool

#: Many times the size of a launch form with its id_token; only the verifier's page accepts more.
MAX_BYTES = 1_000_000


def create_app(tool: Tool, counters_folder: Path | None = None) -> Flask:
    """The WSGI application of a tool. Several web processes count together in `counters_folder`."""
    app = Flask(__name__, template_folder="pages")
    app.config.update(SECRET_KEY=tool.secret_key, MAX_CONTENT_LENGTH=MAX_BYTES)
    app.wsgi_app = TrustedProxies(app.wsgi_app, tool.trusted_proxies)  # type: ignore[method-assign]
    install(app, tool)
    for part in (
        request_ids,
        request_traces,
        checked_requests,
        languages,
        time_zones,
        headers,
        filters,
        verdict_languages,
        static_files,
        page_issuer,
        issuer_look,
        plug_sentences,
        errors,
        operator_visits,
        organisation_visits,
        rate_limits,
        broker_watch,
    ):
        part.set_up(app)
    if tool.metrics_token:
        counters.set_up(app, counters_folder)
    for pages in (
        launch,
        leave,
        registration_page,
        placement,
        course,
        course_mails,
        course_work,
        rule_actions,
        rule_of_parts,
        hand_awards,
        outcome_levels,
        sources,
        list_upload,
        source_consent,
        link_badge,
        award_actions,
        batches,
        roster,
        roster_acts,
        roster_bulk,
        roster_certificates,
        roster_export,
        stated_names,
        badge,
        downloads,
        recognition_pack,
        sharing,
        feedback,
        mine,
        own_data,
        signed_in,
        learner_pathways,
        keep,
        offer_pages,
        exchanges,
        backpack_discovery,
        backpack_programs,
        backpack_consent,
        backpack_badges,
        backpack_profiles,
        badge_connect_manifest,
        badge_connect_assertions,
        badge_connect_profiles,
        backpack_kept,
        host_connect,
        host_places,
        prior_learning_open,
        prior_learning_own,
        prior_learning_own_acts,
        prior_learning_own_portfolio,
        operator_sign_in,
        operator_openid,
        operator_invitation,
        operator_account,
        operator_mail_address,
        operator_home,
        operator_templates,
        operator_catalogue,
        operator_pathways,
        operator_pathway_acts,
        operator_equivalences,
        operator_feedback,
        operator_reviews,
        operator_template_review,
        operator_platforms,
        operator_platform,
        operator_platform_details,
        operator_platform_sources,
        operator_people,
        operator_person_acts,
        operator_person_data,
        operator_prior_learning_offers,
        operator_prior_learning,
        operator_prior_learning_acts,
        operator_person_pack,
        operator_events,
        operator_issuer_profile,
        operator_issuer_accreditations,
        operator_issuer_look,
        operator_issuer_keys,
        operator_statistics,
        operator_completions,
        operator_settings,
        operator_roles,
        operator_endorsements,
        organisation_sign_in,
        organisation_home,
        organisation_signed,
        organisation_keys,
        organisation_members,
        organisation_signing,
        organisation_documents,
        template_list,
        steps,
        quality_report,
        template_feedback,
        approval,
        badge_pages,
        catalogue_lists,
        catalogue_offers,
        catalogue_documents,
        catalogue_feeds,
        privacy_notice,
        public_statistics,
        selective_disclosure,
        shared_badge,
        verifier,
        qr_codes,
        identity_checks,
        invited_feedback,
        holder_checks,
        api_description,
        issuer,
        messages,
        issuer_metadata,
        oid4vci,
        reminders,
        bounces,
        health,
        metrics,
        static_files,
    ):
        app.register_blueprint(pages.pages)
    return app
