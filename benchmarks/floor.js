// The floor: a bare CDK app in JavaScript that does nothing but include finished templates.
// Arguments: the assembly whose templates to include, the folder to write to.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const cdk = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");

// CfnInclude of 2.275 does not know this function yet; everything else is as it comes.
const modules = path.join(process.env.NODE_PATH, "aws-cdk-lib/core/lib/helpers-internal");
const { CfnParser } = require(path.join(modules, "cfn-parse.js"));
const parse = CfnParser.prototype.parseIfCfnIntrinsic;
CfnParser.prototype.parseIfCfnIntrinsic = function (value) {
  const output = value["Fn::GetStackOutput"];
  return output
    ? cdk.Fn.getStackOutput(output.StackName, output.OutputName, output.Region)
    : parse.call(this, value);
};

const [assembly, outdir] = process.argv.slice(2);
const context = JSON.parse(process.env.FLOOR_CONTEXT);
const app = new cdk.App({ outdir, context, analyticsReporting: false });
const manifest = JSON.parse(fs.readFileSync(path.join(assembly, "manifest.json"), "utf8"));

for (const [id, artifact] of Object.entries(manifest.artifacts)) {
  if (artifact.type !== "aws:cloudformation:stack") continue;
  const [account, region] = artifact.environment.replace("aws://", "").split("/");
  const stack = new cdk.Stack(app, id, {
    env: { account, region },
    synthesizer: new cdk.DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
  new CfnInclude(stack, "Template", {
    templateFile: path.join(assembly, artifact.properties.templateFile),
  });
}
app.synth();
