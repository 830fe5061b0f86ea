//! Gauss–Legendre quadrature: `∫₀¹ f(t) dt = Σ wᵢ f(tᵢ)`, exact for polynomials of degree `2 M − 1`.

/// Points and weights of a rule on 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Rule<const M: usize> {
    pub points: [f64; M],
    pub weights: [f64; M],
}

impl<const M: usize> Rule<M> {
    /// The rule, by Newton's steps to the roots of the Legendre polynomial (Press et al., Numerical Recipes, 4.6).
    pub fn new() -> Self {
        let mut rule = Self { points: [0.5; M], weights: [1.0; M] };
        let n = M as f64;
        for at in 0..M {
            let mut z = libm::cos(std::f64::consts::PI * (at as f64 + 0.75) / (n + 0.5));
            let mut slope = 1.0;
            // Each step doubles the digits; ten are more than enough.
            for _ in 0..10 {
                let (mut p, mut before) = (1.0, 0.0);
                for degree in 0..M {
                    let k = degree as f64;
                    (p, before) = (((2.0 * k + 1.0) * z * p - k * before) / (k + 1.0), p);
                }
                slope = n * (z * p - before) / (z * z - 1.0);
                z -= p / slope;
            }
            rule.points[at] = 0.5 * (1.0 - z);
            rule.weights[at] = 1.0 / ((1.0 - z * z) * slope * slope);
        }
        rule
    }
}

#[cfg(test)]
mod tests {
    use super::Rule;

    fn is_exact<const M: usize>() {
        let rule = Rule::<M>::new();
        for degree in 0..2 * M as i32 {
            let points = rule.points.iter().zip(&rule.weights);
            let sum: f64 = points.map(|(t, w)| w * t.powi(degree)).sum();
            assert!((sum - 1.0 / f64::from(degree + 1)).abs() < 1e-13, "{M} points, degree {degree}: {sum}");
        }
    }

    #[test]
    fn polynomials_are_integrated_exactly_up_to_their_degree() {
        is_exact::<2>();
        is_exact::<4>();
        is_exact::<8>();
        is_exact::<32>();
    }
}
