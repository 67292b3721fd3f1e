# A program as anybody writes one: it knows nothing of Aval.
import json
import sys

library, account_sid, auth_token, service_sid, action, to, *code = sys.argv[1:]


def by_requests():
    import requests

    path, more = ("Verifications", {"Channel": "sms"}) if action == "start" else ("VerificationCheck", {"Code": code[0]})
    url = f"https://verify.twilio.com/v2/Services/{service_sid}/{path}"
    return requests.post(url, data={"To": to, **more}, auth=(account_sid, auth_token), timeout=30).json()["status"]


def by_twilio():
    from twilio.rest import Client

    service = Client(account_sid, auth_token).verify.v2.services(service_sid)
    if action == "start":
        return service.verifications.create(to=to, channel="sms").status
    return service.verification_checks.create(to=to, code=code[0]).status


print(json.dumps({"status": by_twilio() if library == "twilio" else by_requests()}))
