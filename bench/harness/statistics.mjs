export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export const range = (numbers) => [Math.min(...numbers), Math.max(...numbers)];

// How a cost grows with a size: the exponent k of cost = a * size^k that fits best, a straight line through the
// logarithms. `points` are [size, cost], all positive, of two sizes at least.
export const exponent = (points) => {
  const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)]);
  const mean = (index) => logs.reduce((sum, each) => sum + each[index], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, each) => sum + (each[0] - x) * (each[1] - y), 0);
  const variance = logs.reduce((sum, each) => sum + (each[0] - x) ** 2, 0);
  return covariance / variance;
};
