//! `sort` and `order`. Rhai leaves both to a sort of the standard library, which panics where a comparer contradicts itself or
//! a number is NaN, and goes on where a comparer throws.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, Engine, FnPtr, NativeCallContext};

use super::Made;
use crate::script::show::kind;

pub(super) fn register_sorts(engine: &mut Engine) {
    engine.register_fn("sort", |array: &mut Array| replace(array, natural));
    engine.register_fn("sort_desc", |array: &mut Array| replace(array, |left, right| natural(right, left)));
    engine.register_fn("order", |array: Array| sorted(array, &mut natural));
    engine.register_fn("order_desc", |array: Array| sorted(array, &mut |left, right| natural(right, left)));
    for name in ["sort", "sort_by"] {
        engine.register_fn(name, |call: NativeCallContext, array: &mut Array, comparer: FnPtr| {
            replace(array, |left, right| by(&call, &comparer, left, right))
        });
    }
    for name in ["order", "order_by"] {
        engine.register_fn(name, |call: NativeCallContext, array: Array, comparer: FnPtr| {
            sorted(array, &mut |left, right| by(&call, &comparer, left, right))
        });
    }
}

/// Sorts an array in its place; if that fails, it stays as it was.
fn replace(array: &mut Array, mut compare: impl FnMut(&Dynamic, &Dynamic) -> Made<Ordering>) -> Made<()> {
    *array = sorted(array.clone(), &mut compare)?;
    Ok(())
}

/// Sorts by merging, so that equal elements keep their order. Whatever `compare` says, it ends, and no element is lost.
fn sorted(array: Array, compare: &mut impl FnMut(&Dynamic, &Dynamic) -> Made<Ordering>) -> Made<Array> {
    let mut runs: Vec<Array> = array.into_iter().map(|element| vec![element]).collect();
    while runs.len() > 1 {
        let mut rest = std::mem::take(&mut runs).into_iter();
        while let Some(left) = rest.next() {
            runs.push(match rest.next() {
                Some(right) => merged(left, right, compare)?,
                None => left,
            });
        }
    }
    Ok(runs.pop().unwrap_or_default())
}

fn merged(left: Array, right: Array, compare: &mut impl FnMut(&Dynamic, &Dynamic) -> Made<Ordering>) -> Made<Array> {
    let mut merged = Array::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        let next = if compare(one, other)?.is_le() { left.next() } else { right.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    Ok(merged)
}

/// What a comparer says: a number as in JavaScript, or whether the first may stand before the second.
fn by(call: &NativeCallContext<'_>, comparer: &FnPtr, left: &Dynamic, right: &Dynamic) -> Made<Ordering> {
    let said = comparer.call_raw(call, None, [left.clone(), right.clone()])?;
    if let Ok(number) = said.as_int() {
        return Ok(number.cmp(&0));
    }
    if let Ok(number) = said.as_float() {
        return Ok(number.partial_cmp(&0.0).unwrap_or(Ordering::Equal));
    }
    let is_before = said
        .as_bool()
        .map_err(|_| format!("the function that compares gives a number, or true and false, not {}", kind(&said)))?;
    Ok(if is_before { Ordering::Less } else { Ordering::Greater })
}

/// The order that elements of one type have by themselves; NaN comes after all numbers.
fn natural(left: &Dynamic, right: &Dynamic) -> Made<Ordering> {
    let number = |value: &Dynamic| value.as_float().or_else(|_| value.as_int().map(|number| number as f64));
    if let (Ok(left), Ok(right)) = (left.as_int(), right.as_int()) {
        return Ok(left.cmp(&right));
    }
    if let (Ok(left), Ok(right)) = (number(left), number(right)) {
        return Ok(left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan())));
    }
    if let (Ok(left), Ok(right)) = (left.as_immutable_string_ref(), right.as_immutable_string_ref()) {
        return Ok(left.as_str().cmp(right.as_str()));
    }
    if let (Ok(left), Ok(right)) = (left.as_char(), right.as_char()) {
        return Ok(left.cmp(&right));
    }
    if let (Ok(left), Ok(right)) = (left.as_bool(), right.as_bool()) {
        return Ok(left.cmp(&right));
    }
    if left.is_unit() && right.is_unit() {
        return Ok(Ordering::Equal);
    }
    let (left, right) = (kind(left), kind(right));
    Err(format!("{left} and {right} have no order of their own: give `sort` a function that compares").into())
}
