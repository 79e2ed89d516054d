//! What stands in the query of an address, and behind a percent sign.

use std::borrow::Cow;

use http::Uri;

/// The parameters of an address's query, decoded, in their order.
pub(crate) fn query(uri: &Uri) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    pairs(uri.query().unwrap_or_default())
}

/// The parameters of a query, decoded, in their order.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    raw_pairs(query).map(pair)
}

/// The parameters of a query as they came, `name=value`.
pub(crate) fn raw_pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty())
}

/// Name and value of a parameter, decoded.
pub(crate) fn pair(raw: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    let (name, value) = halves(raw);
    (decode(name), decode(value))
}

/// The first parameter of that name.
pub(crate) fn parameter<'a>(uri: &'a Uri, name: &str) -> Option<Cow<'a, str>> {
    let mut all = raw_pairs(uri.query().unwrap_or_default()).map(halves);
    all.find(|(key, _)| decode(key) == name).map(|(_, value)| decode(value))
}

/// Name and value of a parameter as they came.
fn halves(raw: &str) -> (&str, &str) {
    raw.split_once('=').unwrap_or((raw, ""))
}

/// Undoes percent-encoding. What is not encoded well stays as it is; bytes that are not UTF-8 become U+FFFD.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%').then(|| escaped_byte(after)).flatten();
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn escaped_byte(digits: &[u8]) -> Option<u8> {
    let [high, low, ..] = digits else { return None };
    let nibble = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some(nibble(high)? << 4 | nibble(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded_and_broken_escapes_kept() {
        let uri = Uri::from_static("/x?token=AT%2D1&&flag&bad=%zz%4&token=2");
        let read: Vec<_> = query(&uri).map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(read, [pair("token", "AT-1"), pair("flag", ""), pair("bad", "%zz%4"), pair("token", "2")]);
        assert_eq!(parameter(&uri, "token").as_deref(), Some("AT-1"));
    }
}
