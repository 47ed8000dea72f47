//! Crate text.
#![allow(dead_code)]
use std::fmt;
extern crate core;

/// A point.
#[derive(Debug)]
pub struct Point { x: i32 }

enum Color { Red }
const LIMIT: u32 = 3;
static NAME: &str = "x";

trait Shape {
    fn area(&self) -> f64;
    fn twice(&self) -> f64 { self.area() * 2.0 }
}

impl fmt::Display for Point {
    // Formats.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { Ok(()) }
}

impl Point { pub fn new() -> Self { Point { x: 0 } } }

macro_rules! five { () => { 5 } }

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn works() { assert_eq!(five!(), 5); }
}

mod other;
fn main() { println!("x"); }
