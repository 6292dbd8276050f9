import { z } from 'zod';
import { defineTool, type Example, ToolError } from './example.ts';

// What the caller keeps beside the fields that are known here stays as it is.
const Recipe = z.looseObject({
  title: z.string().catch(''),
  ingredients: z.array(z.looseObject({ name: z.string(), amount: z.string().catch('') })).catch([]),
  instructions: z.array(z.string()).catch([]),
});
const State = z
  .looseObject({ recipe: Recipe.catch(() => Recipe.parse({})) })
  .catch(() => ({ recipe: Recipe.parse({}) }));

/** The state with another recipe. */
function changeRecipe(state: unknown, change: (recipe: z.output<typeof Recipe>) => z.output<typeof Recipe>) {
  const { recipe, ...rest } = State.parse(state ?? {});
  return { ...rest, recipe: change(recipe) };
}

const nameRecipe = defineTool({
  name: 'name_recipe',
  description: 'Gives the recipe a title.',
  input: z.object({ title: z.string().min(1) }),
  run: ({ title }, state) => ({
    result: `The recipe is called ${title}`,
    state: changeRecipe(state, (recipe) => ({ ...recipe, title })),
  }),
});

const addIngredient = defineTool({
  name: 'add_ingredient',
  description: 'Adds an ingredient to the recipe.',
  input: z.object({ name: z.string().min(1), amount: z.string().optional().describe('Such as 200 g') }),
  run: ({ name, amount = '' }, state) => ({
    result: `Added ${name}`,
    state: changeRecipe(state, (recipe) => ({
      ...recipe,
      ingredients: [...recipe.ingredients, { icon: '', name, amount }],
    })),
  }),
});

const removeIngredient = defineTool({
  name: 'remove_ingredient',
  description: 'Removes an ingredient from the recipe.',
  input: z.object({ name: z.string().min(1) }),
  run({ name }, state) {
    const isMeant = (ingredient: { name: string }) => ingredient.name.toLowerCase() === name.toLowerCase();
    const { recipe } = State.parse(state ?? {});
    if (!recipe.ingredients.some(isMeant)) throw new ToolError(`The recipe has no ${name}`);
    const ingredients = recipe.ingredients.filter((each) => !isMeant(each));
    return { result: `Removed ${name}`, state: changeRecipe(state, () => ({ ...recipe, ingredients })) };
  },
});

const addInstruction = defineTool({
  name: 'add_instruction',
  description: 'Adds a step to the end of the instructions of the recipe.',
  input: z.object({ instruction: z.string().min(1) }),
  run: ({ instruction }, state) => ({
    result: 'Added the instruction',
    state: changeRecipe(state, (recipe) => ({ ...recipe, instructions: [...recipe.instructions, instruction] })),
  }),
});

/** The caller and the agent work on one recipe: it comes with each run, and each change of it is told. */
export const sharedState: Example = {
  id: 'shared_state',
  name: 'Shared state',
  description: 'You and the agent edit one recipe: your edits come with the state, those of the agent as patches',
  features: ['shared_state', 'state_snapshot', 'state_delta', 'backend_tools'],
  systemPrompt:
    'You write a recipe together with the user. The state holds the recipe as it is now, with the changes of the user. Make every change with your tools, keep what is there unless asked, and then say in one sentence what you changed.',
  tools: [nameRecipe, addIngredient, removeIngredient, addInstruction],
};
