import pytest
from django.urls import reverse


@pytest.mark.parametrize("page", ["chains_touch", "crm_mergeproposal", "chains_enrolment"])
def test_a_nul_in_an_address_is_refused_in_words(admin_client, page):
    response = admin_client.get(reverse(f"admin:{page}_changelist") + "?status=%00")

    assert response.status_code == 400
    assert "character" in response.content.decode()


@pytest.mark.parametrize("page", ["crm_customer", "crm_shop", "segments_segment"])
def test_the_past_of_nothing_leads_back_to_the_list(admin_client, page):
    response = admin_client.get(reverse(f"admin:{page}_history", args=["abc"]))

    assert response.status_code == 302
