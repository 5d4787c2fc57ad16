/** Reads the public API with TypeDoc, by the settings of `typedoc.json`. */
import { fileURLToPath } from 'node:url';
import { Application, Converter, TSConfigReader, TypeDocReader, type ProjectReflection } from 'typedoc';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** TypeDoc, and all that is exported from the package, each module by the name that it is imported by. */
export async function readApi(): Promise<{ app: Application; project: ProjectReflection }> {
  const app = await Application.bootstrapWithPlugins({ options: root }, [
    new TypeDocReader(),
    new TSConfigReader(),
  ]);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? [])
      module.name = module.name === 'index' ? 'hpa-kit' : `hpa-kit/${module.name}`;
  });
  const project = await app.convert();
  if (!project) throw new Error('TypeDoc could not read the sources.');
  return { app, project };
}
