//! JavaScript's values, and what JavaScript makes of them.
//!
//! Kandy.js keeps what `JSON.parse` gave and what an application passed in, hands it on as it is, and leaves the rest to
//! JavaScript's own conversions. So does the port: everything that comes over the wire, and everything that an
//! application may give, is a [`Value`]. Nothing here knows of Kandy.
//!
#![cfg_attr(feature = "internals", doc = "```")]
#![cfg_attr(not(feature = "internals"), doc = "```ignore")]
//! use kandy_client::js::Value;
//!
//! let token = Value::parse(r#"{"expires": " 310\n", "id": 9007199254740993}"#).unwrap();
//! assert_eq!(token.get("expires").to_number(), 310.0);
//! assert_eq!(token.get("id").to_text(), "9007199254740992");
//! assert_eq!(token.get("refresh"), &Value::Undefined);
//! ```

pub(crate) mod browser;
mod convert;
mod interchange;
mod json;
mod merge;
mod number;
mod query;
mod text;
mod timeout;
mod type_error;
mod value;

pub use self::json::{MAX_DEPTH, SyntaxError};
pub use self::merge::{merge, merge_keeping_lists};
pub use self::number::number_text;
pub use self::query::{QueryError, query_string};
pub use self::text::Text;
pub use self::timeout::timeout;
pub use self::type_error::{TypeError, property};
pub use self::value::{Object, Value};

pub(crate) use self::json::parse_body;
pub(crate) use self::type_error::destructured;
