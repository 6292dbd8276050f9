import { z } from 'zod';
import { defineTool, type Example } from './example.ts';

const toCents = (amount: number) => Math.round(amount * 100) / 100;

const repayLoan = defineTool({
  name: 'repay_loan',
  description: 'Works out the monthly payment of a loan and how its balance falls from year to year.',
  input: z.object({
    amount: z.number().positive().describe('What is borrowed'),
    rate: z.number().min(0).max(100).describe('The yearly interest, in percent'),
    years: z.int().min(1).max(50),
  }),
  run({ amount, rate, years }) {
    const monthly = rate / 1200;
    const payment = monthly ? (amount * monthly) / (1 - (1 + monthly) ** (-12 * years)) : amount / (12 * years);
    const balanceAfter = (months: number) => {
      const growth = (1 + monthly) ** months;
      return toCents(monthly ? amount * growth - (payment * (growth - 1)) / monthly : amount - payment * months);
    };
    const balances = Array.from({ length: years }, (_, index) => ({
      year: index + 1,
      // Rounding may leave a balance just below zero.
      balance: Math.max(0, balanceAfter(12 * (index + 1))),
    }));
    return {
      result: { monthly_payment: toCents(payment), total_interest: toCents(payment * 12 * years - amount), balances },
    };
  },
});

/** The agent's tool answers with data, and the caller renders the result. */
export const backendToolRendering: Example = {
  id: 'backend_tool_rendering',
  name: 'Backend tool rendering',
  description: 'The agent works out the repayment of a loan, and you render the result of its tool as a table or chart',
  features: ['backend_tools', 'tool_rendering', 'streaming'],
  systemPrompt:
    'You explain loans. Call repay_loan whenever you know amount, rate and years; ask for what is missing. The user sees the result as a chart, so name only the monthly payment and the total interest.',
  tools: [repayLoan],
};
