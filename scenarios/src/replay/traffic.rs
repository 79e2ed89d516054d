//! The platform's side of a recording: what each request carried, and how it was answered.

use std::collections::BTreeMap;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use kandy_client::{NetworkFailure, Response};
use serde_json::Value;

use super::compare::{self, Mismatch};
use crate::recording::{Exchange, Recording, TimelineRecord, WireRequest, WireResponse, body_text};

/// The requests and answers on the wire, by the fetch that they belong to.
pub(super) struct Traffic<'a> {
    requests: BTreeMap<u64, &'a WireRequest>,
    answers: BTreeMap<u64, &'a WireResponse>,
    /// Whether CORS hides the headers of answers from the page, but for their content type.
    hides_headers: bool,
    /// A request that no fetch made.
    surplus: Option<&'a WireRequest>,
}

impl<'a> Traffic<'a> {
    /// The n-th fetch is the n-th request on the wire, but for fetches to an impossible address or another server,
    /// which are not on it.
    pub(super) fn new(recording: &'a Recording) -> Self {
        let mut on_wire = Vec::new();
        let mut answers = BTreeMap::new();
        for record in &recording.wire {
            match &record.what {
                Exchange::Request(request) => on_wire.push(request),
                Exchange::Response(answer) => {
                    answers.insert(answer.n, answer);
                }
                _ => {}
            }
        }
        let mut on_wire = on_wire.into_iter().peekable();
        let mut requests = BTreeMap::new();
        for record in &recording.timeline {
            if let TimelineRecord::Fetch(fetch) = &record.what {
                let is_this = |request: &&WireRequest| {
                    let target = format!("{}{}", request.path, request.raw_query);
                    request.method == fetch.method() && fetch.address.path_and_query() == Some(target)
                };
                if let Some(request) = on_wire.next_if(is_this) {
                    requests.insert(fetch.id, request);
                }
            }
        }
        Self { requests, answers, hides_headers: hides_headers(&recording.server_script), surplus: on_wire.next() }
    }

    /// What the platform saw of a fetch.
    pub(super) fn request_of(&self, fetch: u64) -> Option<&'a WireRequest> {
        self.requests.get(&fetch).copied()
    }

    /// The answer that the page got.
    pub(super) fn answer(&self, record: &TimelineRecord) -> Result<Result<Response, NetworkFailure>, Mismatch> {
        let TimelineRecord::FetchResponse { id, status } = record else {
            return Ok(Err(NetworkFailure));
        };
        let answer = self.requests.get(id).and_then(|request| self.answers.get(&request.n));
        let answer = answer.ok_or_else(|| compare::missing("an answer on the wire that fits"))?;
        if answer.status != Some(*status) {
            return Err(compare::missing(&format!("an answer on the wire with status {status}")));
        }
        let status = StatusCode::from_u16(*status).map_err(|_| compare::missing("a status from 100 to 999"))?;
        let mut headers = HeaderMap::new();
        if let Some(content_type) = &answer.content_type {
            let value = HeaderValue::try_from(content_type).map_err(|_| compare::missing("a valid content type"))?;
            headers.insert(CONTENT_TYPE, value);
        }
        for (name, value) in answer.headers.iter().filter(|_| !self.hides_headers) {
            let name = HeaderName::try_from(name).map_err(|_| compare::missing("a valid name of a header"))?;
            let value = HeaderValue::try_from(value).map_err(|_| compare::missing("a valid header"))?;
            headers.insert(name, value);
        }
        let body = body_text(answer.body.as_ref()).into_bytes().into();
        Ok(Ok(Response { status, status_text: answer.status_text.clone(), headers, body, is_cut: false }))
    }

    /// Every request on the wire must be one that the timeline has.
    pub(super) fn check_all_made(&self) -> Result<(), Mismatch> {
        match self.surplus {
            Some(request) => {
                Err(compare::missing(&format!("a fetch for {} {} on the wire", request.method, request.path)))
            }
            None => Ok(()),
        }
    }
}

/// Whether an answer of the script says so; the wire does not tell.
fn hides_headers(server_script: &Value) -> bool {
    let answers = server_script.as_object().into_iter().flatten().filter_map(|(_, answers)| answers.as_array());
    answers.flatten().any(|answer| answer.get("hideHeaders") == Some(&Value::Bool(true)))
}
